import Blobs
import Catalog
import NIOCore

/// One blob of a stored object, and where it lay when it was looked up.
struct StoredBlob: Sendable {
    /// Which of the object's blobs.
    enum Part: Sendable, Hashable {
        case header
        /// By its hash.
        case bulkValue(String)
        case wholePixelData
        /// Counted from 0.
        case frame(Int)
    }

    var object: StoredObjectID
    var part: Part
    var location: BlobLocation
}

extension Datastore {
    /// Reads a range of a blob, the whole blob when nil.
    ///
    /// Objects are moved while they are read: to the other tier, and the pack that they lay in is deleted. So a blob
    /// whose pack is missing is looked up again; only one that has gone with its object throws `missing`.
    func read(_ blob: StoredBlob, range: Range<UInt64>? = nil) async throws -> ByteBuffer {
        var location = blob.location
        while true {
            do {
                return try await blobs.read(location, range: range)
            } catch let error as BlobError where error == BlobError(.missing, "") {
                guard let now = try await self.location(of: blob), now != location else { throw error }
                location = now
            }
        }
    }

    /// Where a blob lies now; nil when its object is gone.
    private func location(of blob: StoredBlob) async throws -> BlobLocation? {
        try await catalog.read { transaction in
            do {
                switch blob.part {
                case .header: return try transaction.storedObject(blob.object).header
                case .wholePixelData: return try transaction.storedObject(blob.object).wholePixelData
                case .bulkValue(let hash):
                    return try transaction.storedObject(blob.object).bulkValues.first { $0.hash == hash }?.location
                case .frame(let number):
                    return try transaction.frames(of: blob.object, range: number..<number + 1).first?.location
                }
            } catch let error as CatalogError where error == CatalogError(.missing, "") {
                return nil
            }
        }
    }
}

extension StoredObjectRecord {
    /// Every blob of the object but its frames, by what it is.
    func blobs(of object: StoredObjectID) -> [StoredBlob] {
        var blobs = [StoredBlob(object: object, part: .header, location: header)]
        blobs += bulkValues.map { StoredBlob(object: object, part: .bulkValue($0.hash), location: $0.location) }
        if let wholePixelData {
            blobs.append(StoredBlob(object: object, part: .wholePixelData, location: wholePixelData))
        }
        return blobs
    }
}
