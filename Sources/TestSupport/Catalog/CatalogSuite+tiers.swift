import Blobs
import Catalog
import ImageSets

extension CatalogSuite {
    static let tierChecks: [Check] = [
        Check("image sets that nobody accessed are listed, the one left alone for longest first") { catalog in
            try await catalog.write { transaction in
                for (id, accessed) in [(1, 300), (2, nil), (3, 200), (4, 200), (5, 100), (6, 100)]
                    as [(UInt128, Int64?)]
                {
                    var imageSet = CatalogSample.imageSet(id, createdAt: 250)
                    imageSet.lastAccessedAt = accessed.map(Timestamp.init(milliseconds:))
                    if id == 5 { imageSet.storageTier = .archiveInstantAccess }
                    if id == 6 { imageSet.state = .locked }
                    try transaction.insert(imageSet)
                }
                func idle(_ instant: Int64, limit: Int = 10) throws -> [UInt128] {
                    try transaction.imageSets(notAccessedSince: Timestamp(milliseconds: instant), limit: limit)
                        .map(\.value)
                }
                try expect(idle(300), [3, 4, 2, 1])
                try expect(idle(299), [3, 4, 2])
                try expect(idle(199), [])
                try expect(idle(300, limit: 2), [3, 4])
                var accessed = try require(transaction.imageSet(ImageSetID(3)))
                accessed.lastAccessedAt = Timestamp(milliseconds: 400)
                try transaction.update(accessed)
                try expect(idle(399), [4, 2, 1])
            }
        },
        Check("objects of all versions are listed once, in the order of instances, and so are the sets that show them")
        {
            catalog in
            try await catalog.write { transaction in
                for id in [1, 2] as [UInt128] { try transaction.insert(CatalogSample.imageSet(id, isPrimary: id == 1)) }
                let second = try transaction.addInstance("1.9", to: ImageSetID(1)) { $0.attributes.instanceNumber = 2 }
                let first = try transaction.addInstance("1.8", to: ImageSetID(1)) { $0.attributes.instanceNumber = 1 }
                let last = try transaction.addInstance("1.1", to: ImageSetID(1))
                try transaction.end(second.id, before: 2)
                // The same object again, in a later version and in another set.
                for (imageSet, version) in [(1, 2), (2, 1)] as [(UInt128, Int)] {
                    var again = second
                    again.imageSet = ImageSetID(imageSet)
                    again.firstVersion = version
                    again.frameSet = try transaction.insertFrameSet(imageSet: again.imageSet, object: second.object)
                    _ = try transaction.insert(again)
                }
                try expect(
                    transaction.storedObjects(of: ImageSetID(1)), [first.object, second.object, last.object])
                try expect(transaction.storedObjects(of: ImageSetID(3)), [])
                try expect(transaction.imageSets(of: second.object).map(\.id.value), [1, 2])
                try expect(transaction.imageSets(of: first.object).map(\.id.value), [1])
                try expect(transaction.greatestStoredObject(), last.object)
            }
        },
        Check("an object is misplaced while its place is not what its image sets ask for") { catalog in
            try await catalog.write { transaction in
                try expect(transaction.greatestStoredObject(), StoredObjectID(rawValue: 0))
                var (archived, frequent) = (CatalogSample.imageSet(1), CatalogSample.imageSet(2, isPrimary: false))
                archived.storageTier = .archiveInstantAccess
                try transaction.insert(archived)
                try transaction.insert(frequent)
                let archive = BlobTier.archive.firstPack.rawValue
                let right = try transaction.addInstance("1", to: archived.id, pack: archive)
                let wrong = try transaction.addInstance("2", to: archived.id, pack: 1)
                let shared = try transaction.addInstance("3", to: archived.id, pack: 1)
                let cold = try transaction.addInstance("4", to: frequent.id, pack: archive + 1)
                var copy = shared
                copy.imageSet = frequent.id
                copy.frameSet = try transaction.insertFrameSet(imageSet: frequent.id, object: shared.object)
                _ = try transaction.insert(copy)
                // What no image set shows is nobody's business.
                _ = try transaction.insert(CatalogSample.object(pack: archive), frames: [])
                try expect(transaction.misplacedObjects(1..<100), [wrong.object, cold.object])
                try expect(transaction.misplacedObjects(1..<cold.object.rawValue), [wrong.object])
                try expect(transaction.misplacedObjects(cold.object.rawValue..<100), [cold.object])
                frequent.storageTier = .archiveInstantAccess
                try transaction.update(frequent)
                try expect(transaction.misplacedObjects(1..<100), [wrong.object, shared.object])
                archived.storageTier = .frequentAccess
                try transaction.update(archived)
                try expect(transaction.misplacedObjects(1..<100), [right.object])
            }
        },
    ]
}
