import Catalog
import DICOM
import Foundation
import ImageSets
import NIOCore
import Store
import TestSupport
import Testing

struct IngestTests {
    @Test func firstArrivalOfASeriesIsAPrimaryImageSet() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let outcome = try #require(try await datastore.ingest([.numbered(1)]).first)
            #expect(outcome.isPrimary && outcome.version == 1)
            let found = try await datastore.imageSet(outcome.imageSet)
            #expect(found.version.status == .created)
            #expect(found.version.updatedAt == nil)
        }
    }

    @Test func laterInstancesOfTheSeriesMakeOneMoreVersion() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let first = try await datastore.ingest([.numbered(1)])[0]
            let later = try await datastore.ingest([.numbered(2), .numbered(3)])
            #expect(later.allSatisfy { $0.imageSet == first.imageSet && $0.version == 2 })
            #expect(try await datastore.imageSet(first.imageSet).version.status == .imported)
            let versions = try await datastore.versions(of: first.imageSet, before: nil, limit: 10)
            #expect(versions.map(\.version.number) == [2, 1])
        }
    }

    @Test func aConflictingInstanceGoesBesideThePrimarySet() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let first = try await datastore.ingest([.numbered(1)])[0]
            var other = TestInstance.numbered(2)
            other.patientID = "TEST-2"
            let second = try await datastore.ingest([other])[0]
            #expect(!second.isPrimary && second.imageSet != first.imageSet)
            // Non-primary instances are seen by DICOMweb only where the image set is named.
            await #expect(throws: StoreError(.notFound, "")) {
                try await datastore.instance(study: other.study, series: other.series, sop: other.sop)
            }
            _ = try await datastore.instance(
                study: other.study, series: other.series, sop: other.sop, imageSet: second.imageSet)
        }
    }

    @Test func aNewerCopyReplacesTheInstanceAndTheOldVersionKeepsItsOwn() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let first = try await datastore.ingest([.numbered(1)])[0]
            let before = try await frames(of: first.imageSet, version: 1, in: datastore)
            var copy = TestInstance.numbered(1)
            copy.seed = 99
            try await datastore.ingest([copy])
            let after = try await frames(of: first.imageSet, version: 2, in: datastore)
            #expect(before != after)
            #expect(try await frames(of: first.imageSet, version: 1, in: datastore) == before)
            // Frames of any kept version are served.
            for id in before + after {
                _ = try await datastore.frame(id, of: first.imageSet)
            }
        }
    }

    @Test func pixelsComeBackExactly() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            var instance = TestInstance.numbered(1)
            instance.frames = 3
            instance.rows = 33
            instance.columns = 47
            try await datastore.ingest([instance])
            let stored = try await datastore.instance(
                study: instance.study, series: instance.series, sop: instance.sop)
            #expect(stored.storedTransferSyntaxUID == TransferSyntax.htj2kLosslessRPCL.uid)
            var pixels: [UInt8] = []
            for number in 1...3 {
                let sink = ByteSink()
                try await stored.frame(number, as: .explicitLittleEndian).write { await sink.take($0) }
                pixels += await sink.bytes
            }
            #expect(pixels == instance.pixels)
            await #expect(throws: StoreError(.notFound, "")) { try await stored.frame(4, as: .stored) }
        }
    }

    @Test(arguments: [FrameForm.stored, .explicitLittleEndian])
    func everyImportedElementComesBack(form: FrameForm) async throws {
        try await StoreFixture.withDatastore { _, datastore in
            var instance = TestInstance.numbered(1)
            instance.elements = [
                DataElement(Tag(0x0009, 0x0010), .LO, "TEST CREATOR"),
                DataElement(Tag(0x0009, 0x1001), .OB, .bytes([UInt8](repeating: 7, count: 2 << 20)[...])),
                DataElement(Tag(0x0009, 0x1002), .UN, .bytes([1, 2, 3, 4][...])),
                DataElement(Tag(0x0008, 0x1140), items: [DataSet([DataElement(.sopInstanceUID, .UI, "1.2")])]),
            ]
            let file = try instance.file()
            try await datastore.ingest([instance])
            let stored = try await datastore.instance(
                study: instance.study, series: instance.series, sop: instance.sop)
            let stream = try await stored.partTen(as: form)
            let sink = ByteSink()
            try await stream.write { await sink.take($0) }
            let bytes = await sink.bytes
            #expect(bytes.count == stream.length)
            let (imported, retrieved) = (
                try PartTenReader.read(MemoryBytes(file)), try PartTenReader.read(MemoryBytes(bytes))
            )
            #expect(retrieved.transferSyntaxUID == stream.transferSyntaxUID)
            #expect(retrieved.dataSet.elements.map(\.tag) == imported.dataSet.elements.map(\.tag))
            for (left, right) in zip(imported.dataSet.elements, retrieved.dataSet.elements) {
                if case .bulk(let one) = left.value, case .bulk(let other) = right.value {
                    #expect(
                        try imported.content.read(at: one.offset, count: one.length)
                            == retrieved.content.read(at: other.offset, count: other.length))
                } else {
                    #expect(left == right)
                }
            }
        }
    }

    @Test(arguments: [0, 1, 131, 132, 400, 500])
    func aCutFileIsRefusedAndNothingBecomesVisible(length: Int) async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let session = try await datastore.beginIngest(for: .request)
            let bytes = Array(try TestInstance.numbered(1).file().prefix(length))
            await #expect(throws: ImportRejection.self) { try await session.stage(MemoryBytes(bytes)) }
            await session.close()
            #expect(try await datastore.searchImageSets(ImageSetQuery(limit: 10)).isEmpty)
        }
    }

    @Test func deletingTheLastImageSetFreesItsBytes() async throws {
        let fixture = try StoreFixture()
        var store = try await fixture.open()
        let id = try await store.createDatastore(DatastoreCreation()).id
        var datastore = try await store.open(id)
        let outcome = try await datastore.ingest((1...20).map { .numbered($0) })[0]
        try await store.close()
        // A pack is open while a process appends to it: what is freed is seen from the next start on.
        store = try await fixture.open()
        datastore = try await store.open(id)
        #expect(try fixture.packBytes() > 0)
        _ = try await datastore.deleteImageSet(outcome.imageSet)
        #expect(try fixture.packBytes() == 0)
        await #expect(throws: StoreError(.notFound, "")) { try await datastore.imageSet(outcome.imageSet) }
        try await store.close()
    }

    @Test func whatWasCommittedIsThereAfterReopening() async throws {
        let fixture = try StoreFixture()
        var store = try await fixture.open()
        let id = try await store.createDatastore(DatastoreCreation()).id
        let instance = TestInstance.numbered(1)
        let outcome = try await store.open(id).ingest([instance])[0]
        let document = try await store.open(id).metadataDocument(of: outcome.imageSet) { $0.hash }
        try await store.close()
        store = try await fixture.open()
        let datastore = try await store.open(id)
        #expect(try await datastore.metadataDocument(of: outcome.imageSet) { $0.hash } == document)
        let report = try await store.verify()
        #expect(report.objects == 1 && report.damages.isEmpty)
        try await store.close()
    }

    @Test func verifyFindsDamage() async throws {
        let fixture = try StoreFixture()
        var store = try await fixture.open()
        let id = try await store.createDatastore(DatastoreCreation()).id
        try await store.open(id).ingest([.numbered(1)])
        try await store.close()
        let packs = "\(fixture.folder)/datastores/\(id)/packs"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: packs).first)
        let path = "\(packs)/\(name)"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 20] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        store = try await fixture.open()
        #expect(try await store.verify().damages.count == 1)
        try await store.close()
    }

    private func frames(
        of imageSet: ImageSetID, version: Int, in datastore: Datastore
    ) async throws -> [ImageFrameID] {
        try await datastore.instanceChecksums(of: imageSet, version: version).flatMap { $0.frames.map(\.id) }
    }
}

/// Gathers streamed bytes.
actor ByteSink {
    private(set) var bytes: [UInt8] = []

    func take(_ buffer: ByteBuffer) {
        bytes += Array(buffer.readableBytesView)
    }
}
