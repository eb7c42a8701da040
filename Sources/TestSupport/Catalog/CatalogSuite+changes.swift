import Blobs
import Catalog
import ImageSets

extension CatalogSuite {
    static let changeChecks: [Check] = [
        Check("a revert opens again what ended and ends what came, under the frame ids of before") { catalog in
            try await catalog.write { transaction in
                let first = try transaction.addImageSet(
                    1, instances: [], attributes: CatalogSample.attributes())
                let kept = try transaction.addInstance("kept", to: first.id)
                let gone = try transaction.addInstance("gone", to: first.id, frames: 2) { instance in
                    instance.attributes.warnings = [45328]
                    instance.edits = [1, 2, 3]
                }
                try transaction.end(gone.id, before: 2)
                try transaction.addInstance("came", to: first.id, firstVersion: 2)
                try transaction.reopenInstances(of: first.id, asOf: 1, from: 3, at: Timestamp(milliseconds: 77))
                let found = try transaction.instances(of: first.id, version: 3)
                try expect(Set(found.map(\.attributes.sopInstanceUID)), ["kept", "gone"])
                try expect(found.first { $0.id == kept.id }, kept)
                let opened = try require(found.first { $0.id != kept.id })
                try expect(opened.frameSet, gone.frameSet)
                try expect(opened.object, gone.object)
                try expect(opened.edits, [1, 2, 3])
                try expect(opened.attributes, gone.attributes)
                try expect(opened.createdAt, Timestamp(milliseconds: 77))
                try expect(transaction.instances(of: first.id, version: 2).count, 2)
                try expect(transaction.instanceCount(of: first.id, version: 3), 2)
                try expect(transaction.primaryInstance("came"), nil)
                try expect(transaction.primaryInstance("gone")?.id, opened.id)
                try expect(throws: CatalogError(.conflict, "")) {
                    try transaction.reopenInstances(of: first.id, asOf: 2, from: 3, at: Timestamp(milliseconds: 1))
                }
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.reopenInstances(of: ImageSetID(9), asOf: 1, from: 2, at: Timestamp(milliseconds: 1))
                }
            }
        },
        Check("a revert does not make an instance primary in two places, and changes nothing then") { catalog in
            try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: ["a"], attributes: CatalogSample.attributes())
                let moved = try transaction.addInstance("b", to: ImageSetID(1))
                try transaction.end(moved.id, before: 2)
                try transaction.addInstance("c", to: ImageSetID(1), firstVersion: 2)
                try transaction.addImageSet(2, instances: ["b"], attributes: CatalogSample.attributes(series: "1.2.2"))
                try expect(throws: CatalogError(.conflict, "")) {
                    try transaction.reopenInstances(of: ImageSetID(1), asOf: 1, from: 3, at: Timestamp(milliseconds: 1))
                }
                let open = try transaction.instances(of: ImageSetID(1), version: 3)
                try expect(open.map(\.attributes.sopInstanceUID), ["a", "c"])
            }
        },
        Check("a copy shows the same objects under frame sets of its own, one for each object") { catalog in
            try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes())
                let one = try transaction.addInstance("1", to: ImageSetID(1), frames: 2) { $0.edits = [9] }
                let two = try transaction.addInstance("2", to: ImageSetID(1), frames: 3) {
                    $0.attributes.warnings = [45330]
                }
                try transaction.insert(CatalogSample.imageSet(2, isPrimary: false))
                try expect(transaction.frameCount(of: ImageSetID(1), version: 1), 5)
                let instant = Timestamp(milliseconds: 5)
                try expect(
                    transaction.copyInstances(
                        of: ImageSetID(1), version: 1, only: ["2", "absent"], to: ImageSetID(2), from: 1, at: instant),
                    1)
                let copied = try transaction.instances(of: ImageSetID(2), version: 1)
                try expect(copied.map(\.object), [two.object])
                try expect(copied.map(\.attributes), [two.attributes])
                try expect(copied.map(\.createdAt), [instant])
                try expect(copied[0].frameSet == two.frameSet, false)
                try expect(transaction.frameSet(copied[0].frameSet)?.imageSet, ImageSetID(2))
                // Taken out and copied once more, it has the frame ids that it had.
                try transaction.end(copied[0].id, before: 2)
                try expect(
                    transaction.copyInstances(
                        of: ImageSetID(1), version: 1, only: nil, to: ImageSetID(2), from: 3, at: instant), 2)
                let again = try transaction.instances(of: ImageSetID(2), version: 3)
                try expect(again.map(\.object), [one.object, two.object])
                try expect(again[1].frameSet, copied[0].frameSet)
                try expect(again[0].edits, [9])
                try expect(transaction.instanceCount(of: ImageSetID(2), version: 3), 2)
                try transaction.setEdits(nil, of: again[0].id)
                try expect(transaction.instance("1", of: ImageSetID(2), version: 3)?.edits, nil)
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.setEdits([1], of: InstanceID(rawValue: 999))
                }
            }
        },
        Check("a copy that would repeat an instance, or make it primary twice, adds nothing") { catalog in
            try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: ["1", "2"], attributes: CatalogSample.attributes())
                try transaction.insert(CatalogSample.imageSet(2, isPrimary: false))
                try transaction.addInstance("2", to: ImageSetID(2))
                try transaction.addImageSet(3, instances: [], attributes: CatalogSample.attributes(series: "1.2.3"))
                for destination in [2, 3] as [UInt128] {
                    let before = try transaction.instances(of: ImageSetID(destination), version: 1)
                    try expect(throws: CatalogError(.conflict, "")) {
                        _ = try transaction.copyInstances(
                            of: ImageSetID(1), version: 1, only: nil, to: ImageSetID(destination), from: 1,
                            at: Timestamp(milliseconds: 1))
                    }
                    try expect(transaction.instances(of: ImageSetID(destination), version: 1), before)
                }
            }
        },
        Check("objects are found by the packs that hold their bytes, and relocated with their counts") { catalog in
            try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes())
                var record = CatalogSample.object(frames: 200, pack: 1)
                record.bulkValues = [
                    BulkValueRecord(
                        hash: String(repeating: "a", count: 32),
                        location: CatalogSample.location(pack: 3, offset: 7, length: 9))
                ]
                let frames = (0..<200).map { CatalogSample.frame($0, pack: $0 < 150 ? 1 : 2) }
                let object = try transaction.insert(record, frames: frames)
                let other = try transaction.insert(CatalogSample.object(pack: 2), frames: [])
                func found(_ pack: UInt64) throws -> [StoredObjectID] {
                    try transaction.storedObjects(in: PackID(rawValue: pack), after: nil, limit: 9).map(\.id)
                }
                try expect(try (1...4).map { try found($0) }, [[object], [object, other], [object], []])
                try expect(
                    transaction.storedObjects(in: PackID(rawValue: 2), after: object, limit: 9).map(\.id), [other])
                try expect(
                    transaction.storedObjects(in: PackID(rawValue: 2), after: nil, limit: 1).map(\.id), [object])
                var moves: [BlobLocation: BlobLocation] = [:]
                let locations = record.locations + frames.map(\.location)
                for (number, old) in locations.enumerated() where old.pack.rawValue != 1 {
                    moves[old] = CatalogSample.location(pack: 4, offset: UInt64(number), length: old.length)
                }
                try transaction.relocate(object, moves)
                try expect(try (1...4).map { try found($0) }, [[object], [other], [], [object]])
                try expect(transaction.storedObject(object).bulkValues[0].location.pack.rawValue, 4)
                let relocated = try transaction.frames(of: object, range: 0..<200)
                try expect(relocated.map(\.location.pack.rawValue), (0..<200).map { $0 < 150 ? 1 : 4 })
                try expect(relocated.map(\.resolutions), frames.map(\.resolutions))
                try expect(transaction.liveByteCounts().keys.map(\.rawValue).sorted(), [1, 2, 4])
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.relocate(StoredObjectID(rawValue: 999), [:])
                }
                try expect(transaction.deleteUnreferencedObjects(), 2)
                try expect(transaction.liveByteCounts(), [:])
                try expect(try found(4), [])
            }
        },
    ]
}
