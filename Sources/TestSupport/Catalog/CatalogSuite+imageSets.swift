import Blobs
import Catalog
import ImageSets

extension CatalogSuite {
    static let imageSetChecks: [Check] = [
        Check("an image set reads back as written, with every attribute") { catalog in
            var imageSet = CatalogSample.imageSet(0xFFFF_0000_0000_0000_0000_0000_0000_0001, isPrimary: false)
            imageSet.state = .locked
            imageSet.latestVersion = 7
            imageSet.updatedAt = Timestamp(milliseconds: 2)
            imageSet.lastAccessedAt = Timestamp(milliseconds: 3)
            imageSet.storageTier = .archiveInstantAccess
            imageSet.attributes = fullAttributes
            let written = imageSet
            try await catalog.write { try $0.insert(written) }
            try await catalog.read { transaction in
                try expect(transaction.imageSet(written.id), written)
                try expect(transaction.imageSet(ImageSetID(2)), nil)
            }
            var changed = CatalogSample.imageSet(written.id.value, createdAt: 9)
            changed.attributes.grouping.studyDate = ""
            let replacement = changed
            try await catalog.write { try $0.update(replacement) }
            try await catalog.read { try expect($0.imageSet(written.id), replacement) }
        },
        Check("ids are used once, and updates need a row") { catalog in
            try await catalog.write { transaction in
                let imageSet = CatalogSample.imageSet(1)
                try transaction.insert(imageSet)
                try expect(throws: CatalogError(.conflict, "")) { try transaction.insert(imageSet) }
                try expect(throws: CatalogError(.missing, "")) { try transaction.update(CatalogSample.imageSet(2)) }
                try expect(throws: CatalogError(.missing, "")) { try transaction.deleteImageSet(ImageSetID(2)) }
                let version = try transaction.addVersion(1, of: imageSet.id)
                try expect(throws: CatalogError(.conflict, "")) { try transaction.insert(version) }
                try expect(throws: CatalogError(.missing, "")) { try transaction.addVersion(1, of: ImageSetID(2)) }
                var other = version
                other.number = 2
                try expect(throws: CatalogError(.missing, "")) { try transaction.update(other) }
                other.levels.study = LevelID(rawValue: 999)
                try expect(throws: CatalogError(.missing, "")) { try transaction.insert(other) }
            }
        },
        Check("versions are listed newest first, in pages, and change in place") { catalog in
            try await catalog.write { transaction in
                let imageSet = CatalogSample.imageSet(1)
                try transaction.insert(imageSet)
                for number in 1...5 { try transaction.addVersion(number, of: imageSet.id) }
                var failed = try require(transaction.version(5, of: imageSet.id))
                failed.status = .updateFailed
                failed.message = "INVALID_REQUEST: no."
                failed.wasForced = false
                failed.isPrimary = false
                failed.updatedAt = Timestamp(milliseconds: 77)
                try transaction.update(failed)
                try expect(transaction.version(5, of: imageSet.id), failed)
                try expect(transaction.version(6, of: imageSet.id), nil)
                try expect(
                    transaction.versions(of: imageSet.id, before: nil, limit: 2).map(\.number), [5, 4])
                try expect(transaction.versions(of: imageSet.id, before: 4, limit: 9).map(\.number), [3, 2, 1])
                try expect(transaction.versions(of: imageSet.id, before: 1, limit: 9).map(\.number), [])
                try expect(transaction.versions(of: ImageSetID(2), before: nil, limit: 9).map(\.number), [])
            }
        },
        Check("levels live as long as a version names them, also when sets share them") { catalog in
            let levels = try await catalog.write { transaction -> LevelReferences in
                try transaction.insert(CatalogSample.imageSet(1))
                try transaction.insert(CatalogSample.imageSet(2))
                let version = try transaction.addVersion(1, of: ImageSetID(1))
                try transaction.insert(CatalogSample.version(1, of: ImageSetID(2), levels: version.levels))
                return version.levels
            }
            try await catalog.write { try $0.deleteImageSet(ImageSetID(1)) }
            try await catalog.read { transaction in
                try expect(transaction.level(levels.patient), [1])
                try expect(transaction.level(levels.study), [2])
                try expect(transaction.level(levels.series), [3, 0, 3])
            }
            // A set may take over the levels of one that goes in the same transaction.
            try await catalog.write { transaction in
                try transaction.deleteImageSet(ImageSetID(2))
                try transaction.insert(CatalogSample.imageSet(3))
                try transaction.insert(CatalogSample.version(1, of: ImageSetID(3), levels: levels))
            }
            try await catalog.write { transaction in
                try expect(transaction.level(levels.patient), [1])
                try transaction.deleteImageSet(ImageSetID(3))
            }
            try await catalog.read { transaction in
                try expect(throws: CatalogError(.missing, "")) { try transaction.level(levels.patient) }
            }
        },
        Check("levels of equal bytes read back, and the empty one too") { catalog in
            try await catalog.write { transaction in
                let long = [UInt8](repeating: 0xA5, count: 100_000)
                let ids = try [[], long, [], long].map { try transaction.insertLevel($0) }
                try expect(try ids.map { try transaction.level($0) }, [[], long, [], long])
            }
        },
        Check("deleting an image set frees what only it used, and nothing else") { catalog in
            let shared = try await catalog.write { transaction -> InstanceRecord in
                try transaction.addImageSet(1, instances: [], attributes: CatalogSample.attributes())
                let copy = CatalogSample.imageSet(2, isPrimary: false)
                try transaction.insert(copy)
                try transaction.addVersion(1, of: copy.id)
                let shared = try transaction.addInstance("1", to: ImageSetID(1), frames: 2, pack: 1)
                try transaction.addInstance("2", to: ImageSetID(1), frames: 1, pack: 2)
                var copied = shared
                copied.imageSet = copy.id
                copied.frameSet = try transaction.insertFrameSet(imageSet: copy.id, object: shared.object)
                _ = try transaction.insert(copied)
                return shared
            }
            try await catalog.write { transaction in
                try transaction.deleteImageSet(ImageSetID(1))
                // At once: the store compares the packs' live bytes before and after.
                try expect(transaction.liveByteCounts().keys.sorted().map(\.rawValue), [1])
            }
            try await catalog.write { transaction in
                try expect(transaction.imageSet(ImageSetID(1)), nil)
                try expect(transaction.versions(of: ImageSetID(1), before: nil, limit: 9), [])
                try expect(transaction.instances(of: ImageSetID(1), version: 1), [])
                try expect(transaction.primaryInstance("1"), nil)
                try expect(transaction.frameSet(shared.frameSet)?.object, nil)
                try expect(transaction.frames(of: shared.object, range: 0..<9).count, 2)
                try expect(transaction.liveByteCounts().keys.sorted().map(\.rawValue), [1])
                try expect(transaction.instances(of: ImageSetID(2), version: 1).map(\.object), [shared.object])
                try expect(transaction.deleteUnreferencedObjects(), 0)
                try transaction.deleteImageSet(ImageSetID(2))
            }
            try await catalog.read { transaction in
                try expect(throws: CatalogError(.missing, "")) { try transaction.storedObject(shared.object) }
                try expect(transaction.liveByteCounts(), [:])
            }
        },
    ]

    /// Every attribute with a value of its own.
    static var fullAttributes: ImageSetAttributes {
        var attributes = ImageSetAttributes(
            grouping: GroupingKey(
                studyDate: "20240229", accessionNumber: "acc", patientID: "pid", studyInstanceUID: "1.2",
                studyID: "sid",
                seriesInstanceUID: "1.3", seriesNumber: "-4"))
        attributes.patientName = "Müller^Jörg=李^明"
        attributes.patientBirthDate = "19700101"
        attributes.patientBirthTime = "0102"
        attributes.patientSex = "O"
        attributes.studyTime = "101530.25"
        attributes.studyDescription = "Abdomen"
        attributes.referringPhysicianName = "House^Greg"
        attributes.modality = "US"
        attributes.bodyPartExamined = "LIVER"
        attributes.seriesDescription = "b-mode"
        attributes.seriesDate = "20240301"
        attributes.seriesTime = "11"
        attributes.performedProcedureStepStartDate = "20240302"
        attributes.performedProcedureStepStartTime = "12"
        return attributes
    }
}
