import DICOM
import ImageSets
import Store

/// The files of JSON metadata that a job maps, each read when the first of its instances comes, and kept while they are
/// few bytes together.
actor MetadataOverlays {
    private let mappings: MetadataMappings
    private let input: S3URI
    private let read: @Sendable (S3URI) async throws -> any RandomAccessBytes

    /// A file and its overlay; larger files are refused, as is larger image set metadata (spec/10).
    private static let maximumFileBytes = 50 << 20
    /// Bytes of the files whose overlays are kept.
    private static let keptBytes = 64 << 20

    private struct Load {
        var index: Int
        /// 0 until the file was read.
        var byteCount = 0
        var task: Task<(overlay: MetadataOverlay, byteCount: Int), any Error>
    }

    /// Least recently used first.
    private var loads: [Load] = []

    init(
        _ mappings: MetadataMappings, below input: S3URI,
        read: @escaping @Sendable (S3URI) async throws -> any RandomAccessBytes
    ) {
        self.mappings = mappings
        self.input = input
        self.read = read
    }

    /// The overlay of a mapping. Throws ``ImportRejection``, which is for every file that the mapping is for, or
    /// ``ObjectStoreError`` of code `unavailable`: then it can be asked for again.
    func overlay(_ index: Int) async throws -> MetadataOverlay {
        let task = load(index)
        do {
            let (overlay, byteCount) = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            keep(index, byteCount)
            return overlay
        } catch {
            // That a file is missing or no metadata stays known; an outage passes.
            if !((error as? ImportRejection)?.isServerFault == false) { loads.removeAll { $0.index == index } }
            throw error
        }
    }

    private func load(_ index: Int) -> Task<(overlay: MetadataOverlay, byteCount: Int), any Error> {
        if let place = loads.firstIndex(where: { $0.index == index }) {
            let load = loads.remove(at: place)
            loads.append(load)
            return load.task
        }
        let (mapping, read, object) = (mappings.all[index], self.read, input.appending(mappings.all[index].path))
        let task = Task { () async throws -> (overlay: MetadataOverlay, byteCount: Int) in
            do {
                let content = try await read(object)
                guard content.count <= Self.maximumFileBytes else {
                    throw Self.invalid("it is larger than \(Self.maximumFileBytes) bytes")
                }
                let text = Array(try content.read(at: 0, count: content.count))
                return (try MetadataOverlay(text, studyInstanceUID: mapping.studyInstanceUID), text.count)
            } catch let error as MetadataOverlayError {
                throw Self.invalid(error.reason)
            } catch let error as ObjectStoreError where error.code != .unavailable {
                throw Self.rejection(of: error)
            } catch let error as FileBytes.FileError {
                throw Self.rejection(of: ObjectStoreError(.changed, "It could not be read to its end: \(error)"))
            }
        }
        loads.append(Load(index: index, task: task))
        return task
    }

    /// Keeps the latest ones, the newest always.
    private func keep(_ index: Int, _ byteCount: Int) {
        if let place = loads.firstIndex(where: { $0.index == index }) { loads[place].byteCount = byteCount }
        while loads.count > 1, loads.reduce(0, { $0 + $1.byteCount }) > Self.keptBytes { loads.removeFirst() }
    }

    private static func invalid(_ reason: String) -> ImportRejection {
        ImportRejection(.ruleBroken, "The JSON metadata file mapped to this file is not valid: \(reason)")
    }

    private static func rejection(of error: ObjectStoreError) -> ImportRejection {
        switch error.code {
        case .noSuchObject, .noSuchBucket:
            ImportRejection(.ruleBroken, "The JSON metadata file mapped to this file does not exist")
        case .invalidKey:
            ImportRejection(.ruleBroken, "The path of the JSON metadata file mapped to this file is not allowed")
        default:
            ImportRejection(
                .processingFailure, "The JSON metadata file mapped to this file could not be read. \(error.message)")
        }
    }
}
