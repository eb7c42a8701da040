import Blobs
import Catalog
public import ImageSets

/// What scrubbing found.
public struct VerificationReport: Sendable, Equatable {
    /// Something stored that cannot be read back as it was written.
    public struct Damage: Sendable, Equatable {
        /// Where it is.
        public var datastore: DatastoreID
        /// The stored object's number.
        public var object: Int64
        /// Which part: header, bulk value, frame or pixel data.
        public var part: String
        /// What is wrong with it.
        public var message: String
    }

    /// Stored instances checked.
    public var objects = 0
    /// Blobs read.
    public var blobs = 0
    /// Bytes read.
    public var bytes: Int64 = 0
    /// What cannot be read back.
    public var damages: [Damage] = []
    /// Packs without a live byte, and their size; the next start frees them.
    public var deadPacks = 0
    /// The bytes in them.
    public var deadBytes: Int64 = 0

    /// An empty report.
    public init() {}
}

extension Store {
    /// Reads every stored byte of every data store and checks it against its authentication tag.
    ///
    /// `progress` is told after every object. Damage is reported, never thrown, so that one bad sector hides no other.
    public func verify(progress: @Sendable (VerificationReport) -> Void = { _ in }) async throws -> VerificationReport {
        var report = VerificationReport()
        for record in try await datastores() where record.status == .active {
            try await verify(try await open(record.id), &report, progress)
        }
        return report
    }

    private func verify(
        _ datastore: Datastore, _ report: inout VerificationReport, _ progress: (VerificationReport) -> Void
    ) async throws {
        let objects = try await datastore.catalog.read { transaction in
            var objects: [(StoredObjectID, StoredObjectRecord)] = []
            try transaction.forEachStoredObject { objects.append(($0, $1)) }
            return objects
        }
        for (id, object) in objects {
            var blobs = object.blobs(of: id)
            let frames = try await datastore.catalog.read { try $0.frames(of: id, range: 0..<object.frameCount) }
            blobs += frames.enumerated().map { number, frame in
                StoredBlob(object: id, part: .frame(number), location: frame.location)
            }
            for blob in blobs {
                do {
                    try await datastore.scrub(blob)
                } catch let error as BlobError {
                    report.damages.append(
                        VerificationReport.Damage(
                            datastore: datastore.id, object: id.rawValue, part: blob.part.name, message: "\(error)"))
                }
                report.blobs += 1
                report.bytes += Int64(blob.location.length)
            }
            report.objects += 1
            progress(report)
        }
        let packs = try await datastore.blobs.packs()
        let live = try await datastore.catalog.read { try $0.liveByteCounts() }
        for pack in packs where !pack.isOpen && live[pack.id, default: 0] == 0 {
            report.deadPacks += 1
            report.deadBytes += Int64(pack.byteCount)
        }
    }
}

extension Datastore {
    /// Reads a blob whole, a piece at a time.
    fileprivate func scrub(_ blob: StoredBlob) async throws {
        let step: UInt64 = 4 << 20
        var start: UInt64 = 0
        repeat {
            let end = min(start + step, blob.location.length)
            _ = try await read(blob, range: start..<end)
            start = end
        } while start < blob.location.length
    }
}

extension StoredBlob.Part {
    /// What the report calls it.
    fileprivate var name: String {
        switch self {
        case .header: "header"
        case .bulkValue: "bulk value"
        case .wholePixelData: "pixel data"
        case .frame: "frame"
        }
    }
}
