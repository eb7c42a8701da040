import Blobs
import Catalog
import ImageSets

extension CatalogSuite {
    static let objectChecks: [Check] = [
        Check("an object reads back as written, with bulk values and whole pixel data") { catalog in
            var object = CatalogSample.object()
            object.header = CatalogSample.location(pack: .max, offset: .max, length: 1 << 40)
            object.pixelForm = .whole
            object.frameCount = 12
            object.wholePixelData = CatalogSample.location(pack: 2, offset: 3, length: 4)
            object.bulkValues = (0..<3).map {
                BulkValueRecord(
                    hash: String(repeating: "\($0)", count: 32), location: CatalogSample.location(pack: 3, offset: $0))
            }
            object.byteCount = 1 << 41
            let written = object
            try await catalog.write { transaction in
                let id = try transaction.insert(written, frames: [])
                try expect(transaction.storedObject(id), written)
                try expect(transaction.frames(of: id, range: 0..<12), [])
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.storedObject(StoredObjectID(rawValue: 999))
                }
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.frames(of: StoredObjectID(rawValue: 999), range: 0..<1)
                }
            }
        },
        Check("frames come by range, also when they were appended in steps") { catalog in
            let frames = (0..<1000).map { CatalogSample.frame($0) }
            let id = try await catalog.write { transaction in
                try transaction.insert(CatalogSample.object(frames: 1000), frames: Array(frames[0..<3]))
            }
            for step in [3..<130, 130..<256, 256..<256, 256..<999, 999..<1000] {
                try await catalog.write { try $0.appendFrames(Array(frames[step]), to: id) }
            }
            try await catalog.write { transaction in
                for range in [0..<1, 2..<4, 127..<129, 0..<1000, 500..<500, 990..<1000] {
                    try expect(transaction.frames(of: id, range: range), Array(frames[range]), "\(range)")
                }
                try expect(transaction.frames(of: id, range: 998..<5000), Array(frames[998...]))
                try expect(transaction.frames(of: id, range: 1000..<Int.max), [])
                try expect(throws: CatalogError(.conflict, "")) { try transaction.appendFrames([frames[0]], to: id) }
                try expect(throws: CatalogError(.conflict, "")) {
                    try transaction.insert(CatalogSample.object(frames: 1), frames: Array(frames[0..<2]))
                }
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.appendFrames([frames[0]], to: StoredObjectID(rawValue: 999))
                }
            }
        },
        Check("live bytes are physical, pack by pack, and follow every insertion and removal") { catalog in
            let mebibyte: UInt64 = 1 << 20
            var object = CatalogSample.object(frames: 2, pack: 1)
            object.header.length = 0
            object.wholePixelData = CatalogSample.location(pack: 2, length: mebibyte)
            object.bulkValues = [
                BulkValueRecord(hash: "h", location: CatalogSample.location(pack: 3, length: mebibyte + 1))
            ]
            let written = object
            try await catalog.write { transaction in
                let id = try transaction.insert(written, frames: [CatalogSample.frame(0, pack: 1)])
                try transaction.appendFrames([CatalogSample.frame(1, pack: 4)], to: id)
                let expected: [UInt64: UInt64] = [
                    1: 16 + 516, 2: mebibyte + 16, 3: mebibyte + 1 + 32, 4: 516,
                ]
                let live = try transaction.liveByteCounts().map { ($0.rawValue, $1) }
                try expect(Dictionary(uniqueKeysWithValues: live), expected)
                try expect(transaction.deleteUnreferencedObjects(), 1)
                try expect(transaction.liveByteCounts(), [:])
            }
        },
        Check("an object goes when neither an instance nor a staged file refers to it") { catalog in
            let staged = try await catalog.write { transaction -> StoredObjectID in
                let job = CatalogSample.job(1, submittedAt: 1)
                try transaction.addImageSet(1, instances: ["a"], attributes: CatalogSample.attributes())
                try transaction.insert(job)
                let staged = try transaction.insert(CatalogSample.object(frames: 200), frames: [])
                try transaction.appendFrames((0..<200).map { CatalogSample.frame($0) }, to: staged)
                _ = try transaction.insertFrameSet(imageSet: ImageSetID(1), object: staged)
                try transaction.insert(
                    [ImportFileRecord(key: "a", byteCount: 1, state: .staged(staged, warnings: []))], of: job.id)
                _ = try transaction.insert(CatalogSample.object(), frames: [])
                return staged
            }
            try await catalog.write { transaction in
                try expect(transaction.deleteUnreferencedObjects(), 1)
                try expect(transaction.frames(of: staged, range: 0..<200).count, 200)
                try transaction.update(
                    ImportFileRecord(
                        key: "a", byteCount: 1,
                        state: .failed(exceptionType: "E", message: "m", isServerFault: true)),
                    from: .staged(staged, warnings: []), of: ImportJobID(1))
                try expect(transaction.storedObject(staged).frameCount, 200)
                try expect(transaction.deleteUnreferencedObjects(), 1)
                try expect(throws: CatalogError(.missing, "")) { try transaction.storedObject(staged) }
                try expect(transaction.deleteUnreferencedObjects(), 0)
                try expect(transaction.instances(of: ImageSetID(1), version: 1).count, 1)
            }
        },
        Check("every object is handed over, oldest first, and a body's error comes out") { catalog in
            try await catalog.write { transaction in
                let ids = try (1...600).map { number in
                    try transaction.insert(CatalogSample.object(pack: UInt64(number)), frames: [])
                }
                var seen: [StoredObjectID] = []
                try transaction.forEachStoredObject { id, record in
                    try expect(record.header.pack.rawValue, UInt64(seen.count + 1))
                    seen.append(id)
                }
                try expect(seen, ids)
                try expect(throws: CatalogError(.engine, "")) {
                    try transaction.forEachStoredObject { _, _ in throw CatalogError(.engine, "stop") }
                }
            }
        },
        Check("row numbers of frame sets and objects are never used again") { catalog in
            let old = try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes())
                return try transaction.addInstance("a", to: ImageSetID(1))
            }
            try await catalog.write { try $0.deleteImageSet(ImageSetID(1)) }
            try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes())
                let new = try transaction.addInstance("a", to: ImageSetID(1))
                try expect(new.frameSet.rawValue > old.frameSet.rawValue, true)
                try expect(new.object.rawValue > old.object.rawValue, true)
            }
        },
    ]
}
