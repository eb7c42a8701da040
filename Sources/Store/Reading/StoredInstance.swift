import Blobs
public import Catalog
public import DICOM
import FrameCodecs
public import ImageSets
import NIOCore

/// In which form pixel data is asked for.
public enum FrameForm: Sendable, Hashable {
    /// As stored; codestreams bare, without file boxes.
    case stored
    /// Native samples as Explicit VR Little Endian holds them, colour by pixel.
    case explicitLittleEndian
}

/// A handle on one stored instance; bytes are read when they are asked for.
public struct StoredInstance: Sendable {
    /// The instance's row.
    public let record: InstanceRecord
    let object: StoredObjectRecord
    let levels: ImageSetLevels
    /// What was done to it through the API since.
    let edits: InstanceEdits
    let datastore: Datastore
    /// The seven elements of the image set it stands in.
    public let grouping: GroupingKey

    init(_ found: Datastore.Found, in datastore: Datastore) {
        record = found.record
        object = found.object
        levels = found.levels
        edits = found.edits
        grouping = GroupingKey(found.levels)
        self.datastore = datastore
    }

    /// The transfer syntax of the pixel data as stored.
    public var storedTransferSyntaxUID: String {
        object.storedTransferSyntaxUID
    }

    /// The frames that can be retrieved one by one. Pixel data kept whole because its transfer syntax is foreign counts
    /// as one frame (spec/40 "Blob warnings"); where frames could not be told apart there is none.
    public var frameCount: Int {
        guard object.pixelForm == .whole else { return object.frameCount }
        return isWholeFrame ? 1 : 0
    }

    private var isWholeFrame: Bool {
        let inseparable: Set<Int> = [
            ImportWarning.Code.framesExtractionFailure.rawValue, ImportWarning.Code.frameNumberMismatch.rawValue,
            ImportWarning.Code.other.rawValue,
        ]
        return inseparable.isDisjoint(with: record.attributes.warnings)
    }

    /// Whether the pixel data can be had as Explicit VR Little Endian; an instance without any can.
    public var isDecodable: Bool {
        switch object.pixelForm {
        case .none: true
        case .frames: FrameDecoder.decodes(object.storedTransferSyntaxUID, foreign: datastore.foreignCodec)
        case .whole: TransferSyntax.known(object.storedTransferSyntaxUID)?.isEncapsulated == false
        }
    }

    /// The header as imported.
    public func header() async throws -> StoredHeader {
        try StoredHeader(bytes: try await stream(blob(.header, at: object.header)).collect())
    }

    /// Every element of the instance but pixel data: its own as imported, and what the API changed of them or of the levels.
    /// Bulk values are placeholders whose offset counts `header.bulkValues`.
    public func dataSet(_ header: StoredHeader) -> DataSet {
        InstanceView.dataSet(
            header: edits.applied(to: header).dataSet, levels: levels, followed: edits.followed)
    }

    /// One frame, counted from 1; `notFound` out of range, `notAcceptable` when it cannot be had in the form.
    public func frame(_ number: Int, as form: FrameForm) async throws -> StreamedBytes {
        guard number >= 1, number <= frameCount else {
            throw StoreError(.notFound, "The instance has \(frameCount) frames")
        }
        if object.pixelForm == .whole { return try await wholePixelData(as: form) }
        guard form == .explicitLittleEndian else { return try await storedFrame(number - 1) }
        let pixel = try pixelDescription(try await header())
        return StreamedBytes(ByteBuffer(bytes: try await decode(try await storedFrame(number - 1), pixel)))
    }

    /// What the samples of the stored frames are.
    func pixelDescription(_ header: StoredHeader) throws -> PixelDescription {
        try PixelDescription(
            stored: header.dataSet, tag: header.pixelElement?.tag ?? .pixelData,
            storedTransferSyntaxUID: storedTransferSyntaxUID)
    }

    /// The bytes of a stored frame, counted from 0, without file boxes.
    func storedFrame(_ index: Int) async throws -> StreamedBytes {
        guard
            let frame = try await datastore.catalog.read({
                try $0.frames(of: record.object, range: index..<index + 1)
            }).first
        else { throw StoreError(.internal, "a stored frame has no row") }
        let file = try await stream(blob(.frame(index), at: frame.location))
        guard hasFileBoxes, let buffer = file.buffer else { return file }
        let range = buffer.withUnsafeReadableBytes { ImageFrameFile.frameRange(in: $0) }
        return StreamedBytes(buffer.getSlice(at: buffer.readerIndex + range.lowerBound, length: range.count) ?? buffer)
    }

    /// Whether frames are stored in the boxes of a file (Documentation/decisions/0003).
    var hasFileBoxes: Bool {
        ImageFrameFile.hasBoxes(storedTransferSyntaxUID)
    }

    /// Decodes a stored frame on the encoders' threads.
    func decode(_ frame: StreamedBytes, _ pixel: PixelDescription) async throws -> [UInt8] {
        let uid = object.storedTransferSyntaxUID
        let frame = try await frame.collect()
        let foreignCodec = datastore.foreignCodec
        do {
            return try await datastore.encoders.run {
                try FrameDecoder.decode(frame, storedTransferSyntaxUID: uid, pixel: pixel, foreign: foreignCodec)
            }
        } catch let error as FrameError where error.code == .decoderUnavailable {
            throw StoreError(.internal, "no frame can be decoded here", cause: error)
        } catch let error as FrameError {
            // A frame that was kept as it came may be of a kind that no decoder takes.
            throw StoreError(.notAcceptable, "The pixel data is available in transfer syntax \(uid) only", cause: error)
        }
    }

    private func wholePixelData(as form: FrameForm) async throws -> StreamedBytes {
        guard form == .stored || isDecodable, let location = object.wholePixelData else {
            throw StoreError(
                .notAcceptable, "The pixel data is available in transfer syntax \(storedTransferSyntaxUID) only")
        }
        return try await stream(
            blob(.wholePixelData, at: location), from: try await fragmentTable(location).offset)
    }

    /// The fragments of whole pixel data, and where in the blob their bytes begin.
    func fragmentTable(_ location: BlobLocation) async throws -> (table: FragmentTable, offset: UInt64) {
        let blob = blob(.wholePixelData, at: location)
        let prefix = try await datastore.read(blob, range: 0..<min(4, location.length))
        guard let length = FragmentTable.byteCount(of: prefix.readableBytesView), UInt64(length) <= location.length,
            let table = FragmentTable(
                Array(try await datastore.read(blob, range: 0..<UInt64(length)).readableBytesView))
        else { throw StoreError(.internal, "stored pixel data has no fragment table") }
        return (table, UInt64(length))
    }
}

extension StoredInstance {
    /// One of the instance's blobs.
    func blob(_ part: StoredBlob.Part, at location: BlobLocation) -> StoredBlob {
        StoredBlob(object: record.object, part: part, location: location)
    }

    /// A value over 1 MB by its hash, little endian.
    public func bulkValue(_ hash: String) async throws -> StreamedBytes {
        guard let value = object.bulkValues.first(where: { $0.hash == hash }), try await !isReplaced(hash) else {
            throw StoreError(.notFound, "The bulk data does not exist")
        }
        return try await stream(blob(.bulkValue(hash), at: value.location))
    }

    /// Whether the bulk value was removed or replaced through the API.
    private func isReplaced(_ hash: String) async throws -> Bool {
        guard !edits.isEmpty else { return false }
        return try await header().bulkValues.contains { value in
            let tag = value.path.items.first?.sequence ?? value.path.tag
            return value.hash == hash && (edits.removed.contains(tag) || edits.updated.contains(tag))
        }
    }

    /// A blob; `notFound` when it went with its image set between the look-up and now.
    func stream(_ blob: StoredBlob, from first: UInt64 = 0) async throws -> StreamedBytes {
        do {
            return try await datastore.stream(blob, from: first)
        } catch let error as BlobError where error == BlobError(.missing, "") {
            throw StoreError(.notFound, "The instance does not exist", cause: error)
        }
    }
}
