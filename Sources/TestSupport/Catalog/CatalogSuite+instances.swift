import Blobs
import Catalog
import ImageSets

extension CatalogSuite {
    static let instanceChecks: [Check] = [
        Check("an instance reads back as written") { catalog in
            try await catalog.write { transaction in
                try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes())
                let written = try transaction.addInstance("1.2.3", to: ImageSetID(1)) { instance in
                    instance.attributes.sopClassUID = nil
                    instance.attributes.instanceNumber = -5
                    instance.attributes.rows = 512
                    instance.attributes.columns = 256
                    instance.attributes.bitsAllocated = 16
                    instance.attributes.numberOfFrames = 3
                    instance.attributes.warnings = [45328, 45330]
                    instance.createdAt = Timestamp(milliseconds: 42)
                }
                try expect(transaction.instances(of: ImageSetID(1), version: 1), [written])
                try expect(transaction.instance("1.2.3", of: ImageSetID(1), version: 1), written)
                try expect(transaction.primaryInstance("1.2.3"), written)
                let frameSet = try require(transaction.frameSet(written.frameSet))
                try expect(frameSet.imageSet, ImageSetID(1))
                try expect(frameSet.object, written.object)
            }
        },
        Check("a version has the instances whose interval holds it") { catalog in
            try await catalog.write { transaction in
                let imageSet = try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes()).id
                let first = try transaction.addInstance("a", to: imageSet)
                try transaction.addInstance("b", to: imageSet, firstVersion: 2)
                // Version 3 removes a, version 5 brings it back.
                try transaction.end(first.id, before: 3)
                var again = first
                again.firstVersion = 5
                _ = try transaction.insert(again)
                let held = try (1...6).map { version in
                    try transaction.instances(of: imageSet, version: version).map(\.attributes.sopInstanceUID)
                }
                try expect(held, [["a"], ["a", "b"], ["b"], ["b"], ["a", "b"], ["a", "b"]])
                let counts = try (0...6).map { try transaction.instanceCount(of: imageSet, version: $0) }
                try expect(counts, [0, 1, 2, 1, 1, 2, 2])
                let found = try (1...6).map { try transaction.instance("a", of: imageSet, version: $0)?.firstVersion }
                try expect(found, [1, 1, nil, nil, 5, 5])
            }
        },
        Check("instances are ordered by number, absent last, then UID") { catalog in
            try await catalog.write { transaction in
                let imageSet = try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes()).id
                for (uid, number) in [("a", nil), ("d", 10), ("c", 2), ("b", 10), ("e", -1)] as [(String, Int?)] {
                    try transaction.addInstance(uid, to: imageSet) { $0.attributes.instanceNumber = number }
                }
                let order = try transaction.instances(of: imageSet, version: 1).map(\.attributes.sopInstanceUID)
                try expect(order, ["e", "c", "b", "d", "a"])
            }
        },
        Check("one SOP Instance UID is in a version once, and primary in one place") { catalog in
            try await catalog.write { transaction in
                let first = try transaction.addImageSet(1, instances: ["a"], attributes: CatalogSample.attributes()).id
                let other = CatalogSample.imageSet(2)
                let copy = CatalogSample.imageSet(3, isPrimary: false)
                try transaction.insert(other)
                try transaction.insert(copy)
                try expect(throws: CatalogError(.conflict, "")) { try transaction.addInstance("a", to: first) }
                try expect(throws: CatalogError(.conflict, "")) {
                    try transaction.addInstance("a", to: first, firstVersion: 2)
                }
                try expect(throws: CatalogError(.conflict, "")) { try transaction.addInstance("a", to: other.id) }
                try transaction.addInstance("a", to: copy.id)
                try expect(throws: CatalogError(.conflict, "")) { try transaction.addInstance("a", to: copy.id) }
                // The copy cannot become primary while the first is, and can when the instance has left that.
                var promoted = copy
                promoted.isPrimary = true
                try expect(throws: CatalogError(.conflict, "")) { try transaction.update(promoted) }
                try expect(transaction.imageSet(copy.id), copy)
                try expect(transaction.primaryInstance("a")?.imageSet, first)
                try transaction.end(require(transaction.primaryInstance("a")).id, before: 2)
                try transaction.update(promoted)
                try expect(transaction.primaryInstance("a")?.imageSet, copy.id)
                // It leaves the hierarchy with its set.
                try transaction.update(copy)
                try expect(transaction.primaryInstance("a"), nil)
            }
        },
        Check("an instance needs its image set, object and frame set") { catalog in
            try await catalog.write { transaction in
                let known = try transaction.addImageSet(1, instances: ["a"], attributes: CatalogSample.attributes())
                let instance = try require(transaction.instance("a", of: known.id, version: 1))
                try expect(throws: CatalogError(.missing, "")) { try transaction.addInstance("b", to: ImageSetID(9)) }
                let changes: [(inout InstanceRecord) -> Void] = [
                    { $0.imageSet = ImageSetID(9) }, { $0.object = StoredObjectID(rawValue: 999) },
                    { $0.frameSet = FrameSetID(rawValue: 999) },
                ]
                for change in changes {
                    var broken = instance
                    broken.attributes.sopInstanceUID = "b"
                    change(&broken)
                    let record = broken
                    try expect(throws: CatalogError(.missing, "")) { try transaction.insert(record) }
                }
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.insertFrameSet(imageSet: known.id, object: StoredObjectID(rawValue: 999))
                }
            }
        },
        Check("an instance ends once; one that ends where it began goes, with its object") { catalog in
            try await catalog.write { transaction in
                let imageSet = try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes()).id
                let instance = try transaction.addInstance("a", to: imageSet, firstVersion: 3)
                try expect(throws: CatalogError(.conflict, "")) { try transaction.end(instance.id, before: 2) }
                try transaction.end(instance.id, before: 4)
                try expect(throws: CatalogError(.missing, "")) { try transaction.end(instance.id, before: 5) }
                let short = try transaction.addInstance("a", to: imageSet, firstVersion: 4, pack: 7)
                try transaction.end(short.id, before: 4)
                try expect(transaction.instance("a", of: imageSet, version: 4), nil)
                try expect(transaction.instanceCount(of: imageSet, version: 4), 0)
            }
            try await catalog.read { try expect($0.liveByteCounts().keys.map(\.rawValue), [1]) }
        },
    ]
}
