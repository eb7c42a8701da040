import Blobs
import Catalog
import FrameCodecs
public import ImageSets

/// One frame as it is stored.
public struct StoredFrame: Sendable {
    /// The frame's file: a JPH or JP2 file, an image of its own kind, native samples, or a video.
    public var bytes: StreamedBytes
    /// What `GetImageFrame` calls it (spec/10).
    public var contentType: String
}

extension Datastore {
    /// The frame that an id names; `notFound` when it is none of this image set's.
    ///
    /// Ids are encrypted places, so finding one needs neither table nor, once its run of the frame table is cached, the
    /// catalog: one decryption of the id, one positional read, one decryption of the frame.
    public func frame(_ id: ImageFrameID, of imageSet: ImageSetID) async throws -> StoredFrame {
        guard let place = FramePlace(id, by: frameIDs) else {
            throw StoreError(.notFound, "ImageFrame does not exist in ImageSet \(imageSet)")
        }
        guard let run = try await frameRun(place.run, of: place.frameSet),
            let frame = run.frame(place.index, of: imageSet)
        else {
            throw StoreError(.notFound, "ImageFrame does not exist in ImageSet \(imageSet)")
        }
        do {
            let bytes = try await openedFrame(
                StoredBlob(object: run.object, part: .frame(place.number), location: frame.location))
            noteAccess(to: imageSet)
            return StoredFrame(bytes: bytes, contentType: run.contentType)
        } catch let error as BlobError where error == BlobError(.missing, "") {
            // The image set was deleted between the look-up and the read.
            throw StoreError(.notFound, "ImageFrame does not exist in ImageSet \(imageSet)", cause: error)
        }
    }

    /// The frame that an id names, where its place and its bytes are in memory; nil when they have to be read, and for
    /// an id that names no frame.
    public func frameInMemory(_ id: ImageFrameID, of imageSet: ImageSetID) -> StoredFrame? {
        guard let place = FramePlace(id, by: frameIDs),
            let run = frameTables.run(place.run, of: place.frameSet),
            let frame = run.frame(place.index, of: imageSet),
            let bytes = openedFrames.frame(at: frame.location, of: self.id)
        else { return nil }
        noteAccess(to: imageSet)
        return StoredFrame(bytes: StreamedBytes(bytes), contentType: run.contentType)
    }

    /// What an id tells of a frame: which frames it is among, and its number there.
    private struct FramePlace {
        let frameSet: FrameSetID
        let number: Int
        let run: Int
        let index: Int

        init?(_ id: ImageFrameID, by cipher: FrameIDCipher) {
            guard let place = cipher.decrypt(id.value) else { return nil }
            frameSet = FrameSetID(rawValue: Int64(bitPattern: place.row))
            number = Int(place.number)
            (run, index) = number.quotientAndRemainder(dividingBy: FrameTableCache.runLength)
        }
    }

    /// A frame's bytes, from memory when it was asked for lately.
    private func openedFrame(_ blob: StoredBlob) async throws -> StreamedBytes {
        if let frame = openedFrames.frame(at: blob.location, of: id) { return StreamedBytes(frame) }
        let frame = try await stream(blob)
        if let buffer = frame.buffer { openedFrames.keep(buffer, at: blob.location, of: id) }
        return frame
    }

    /// The opaque id of a frame, counted from 0.
    func frameID(_ number: Int, of frameSet: FrameSetID) -> ImageFrameID {
        ImageFrameID(frameIDs.encrypt(row: UInt64(bitPattern: frameSet.rawValue), number: UInt32(number)))
    }

    private func frameRun(_ number: Int, of frameSet: FrameSetID) async throws -> FrameTableCache.Run? {
        if let run = frameTables.run(number, of: frameSet) { return run }
        let run = try await catalog.read { transaction -> FrameTableCache.Run? in
            guard let owner = try transaction.frameSet(frameSet) else { return nil }
            let object = try transaction.storedObject(owner.object)
            let first = number * FrameTableCache.runLength
            guard first < object.frameCount else { return nil }
            let range = first..<min(first + FrameTableCache.runLength, object.frameCount)
            return FrameTableCache.Run(
                imageSet: owner.imageSet, object: owner.object,
                contentType: ImageFrameMediaType.contentType(storedTransferSyntaxUID: object.storedTransferSyntaxUID),
                frames: try transaction.frames(of: owner.object, range: range))
        }
        if let run { frameTables.keep(run, number: number, of: frameSet) }
        return run
    }
}
