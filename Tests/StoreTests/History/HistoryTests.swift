import Blobs
import Catalog
import Crypto
import DICOM
import Embedded
import Foundation
import ImageSets
import Store
import Synchronization
import TestSupport
import Testing

/// Random histories of imports, updates, copies, promotions and deletes, against ``HistoryModel``.
///
/// `ISOCENTER_HISTORIES=10000 swift test --filter HistoryTests` runs that many; by default a few hundred.
struct HistoryTests {
    private static let count = ProcessInfo.processInfo.environment["ISOCENTER_HISTORIES"].flatMap { Int($0) } ?? 200

    @Test func theStoreIsWhatTheRulesSay() async throws {
        for seed in 0..<Self.count {
            try await History.run(seed: UInt64(seed), isEmbedded: seed % 20 == 0)
        }
    }
}

/// Engines in memory.
private struct MemoryEngines: StorageEngines {
    let keyring: LocalKeyring
    let catalog = InMemoryCatalog()
    let service = InMemoryServiceCatalog()

    func openServiceCatalog() async throws -> any ServiceCatalog { service }
    func openCatalog(of datastore: DatastoreID) async throws -> any Catalog { catalog }
    func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
        try MemoryBlobStore(key: key)
    }
    func destroy(_ datastore: DatastoreID) async throws {}
}

/// One history: the store and the model, step by step.
private struct History {
    private var generator: SeededGenerator
    private var model = HistoryModel()
    private var ids: [Int: ImageSetID] = [:]
    private var lastName = 0
    private var lastMarker = 0
    private var story: [String] = []
    private let datastore: Datastore
    private let seed: UInt64

    static func run(seed: UInt64, isEmbedded: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = Mutex<Int64>(1_700_000_000_000)
        let identifiers = Mutex(SeededGenerator(seed: seed ^ 0xFFFF))
        let environment = StoreEnvironment(
            now: {
                Timestamp(
                    milliseconds: clock.withLock {
                        $0 += 1
                        return $0
                    })
            }, random128: { identifiers.withLock { UInt128.random(in: 0...UInt128.max, using: &$0) } })
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        configuration.encodingConcurrency = 1
        let engines: any StorageEngines =
            isEmbedded
            ? try EmbeddedEngines(DataDirectory(folder))
            : MemoryEngines(keyring: try LocalKeyring(path: folder + "/keyring"))
        let store = try await Store.open(configuration, environment: environment, engines: engines)
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        var history = History(
            generator: SeededGenerator(seed: seed), datastore: datastore, seed: seed)
        for _ in 0..<18 {
            try await history.step()
            try await history.compareLatest()
        }
        try await history.compareAllVersions()
        try await store.close()
    }

    private init(generator: SeededGenerator, datastore: Datastore, seed: UInt64) {
        self.generator = generator
        self.datastore = datastore
        self.seed = seed
    }

    // MARK: Steps

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values.randomElement(using: &generator)!
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 1...100, using: &generator) <= percent
    }

    private mutating func fresh() -> Int {
        lastName += 1
        return lastName
    }

    private mutating func step() async throws {
        let names = ids.keys.sorted()
        guard !names.isEmpty, !chance(35) else { return try await ingest() }
        let name = pick(names)
        switch Int.random(in: 1...10, using: &generator) {
        case 1, 2: try await updateStudy(name)
        case 3: try await updateSeries(name)
        case 4: try await identify(name)
        case 5: try await remove(name)
        case 6: try await revert(name)
        case 7: try await copyAnew(name)
        case 8: try await copyInto(name)
        case 9: try await promote(name)
        default: try await delete(name)
        }
    }

    private mutating func ingest() async throws {
        lastMarker += 1
        let (study, series) = (pick(["1.1", "1.2"]), pick(["1.1.1", "1.1.2", "1.2.1"]))
        let sop = pick(["9.1", "9.2", "9.3", "9.4"])
        let arrival = HistoryModel.Content(
            patientID: pick(["A", "A", "B"]), patientName: "N", study: study, accession: pick(["X", "X", "X", "Y"]),
            series: series, seriesNumber: pick(["1", "1", "1", "2"]),
            instances: [sop: .init(marker: lastMarker, thickness: "1")])
        story.append("import \(arrival)")
        let name = fresh()
        model.ingest(arrival, sop: sop, fresh: name)
        let session = try await datastore.beginIngest(for: .request)
        let staged = try await session.stage(MemoryBytes(try Self.file(arrival, sop)))
        let outcome = try await session.commit([staged])[0]
        await session.close()
        let known = ids.first { $0.value == outcome.imageSet }?.key
        try expect(model.imageSets[name] == nil, known != nil, "whether an import makes an image set")
        if known == nil { ids[name] = outcome.imageSet }
    }

    /// A report without pixels.
    private static func file(_ content: HistoryModel.Content, _ sop: String) throws -> [UInt8] {
        let sopClass = "1.2.840.10008.5.1.4.1.1.88.22"
        let dataSet = DataSet([
            DataElement(.sopClassUID, .UI, sopClass), DataElement(.sopInstanceUID, .UI, sop),
            DataElement(.studyInstanceUID, .UI, content.study), DataElement(.seriesInstanceUID, .UI, content.series),
            DataElement(.patientID, .LO, content.patientID), DataElement(.patientName, .PN, content.patientName ?? ""),
            DataElement(.accessionNumber, .SH, content.accession), DataElement(.modality, .CS, "SR"),
            DataElement(.seriesNumber, .IS, content.seriesNumber),
            DataElement(.instanceNumber, .IS, "\(content.instances[sop]?.marker ?? 0)"),
            DataElement(.sliceThickness, .DS, content.instances[sop]?.thickness ?? ""),
        ])
        let meta = PartTenWriter.fileMeta(
            sopClassUID: sopClass, sopInstanceUID: sop, transferSyntaxUID: TransferSyntax.explicitVRLittleEndian.uid)
        return try PartTenWriter.fileMetaBytes(meta) + PartTenWriter.dataSetBytes(dataSet) { _ in [] }
    }

    private mutating func updateStudy(_ name: Int) async throws {
        let includesStudy = chance(50)
        let text: String
        let change: (inout HistoryModel.Content) -> Void
        var isRemoval = false
        switch Int.random(in: 1...3, using: &generator) {
        case 1:
            let value = pick(["A", "B"])
            (text, change) = (#""Patient": {"DICOM": {"PatientID": "\#(value)"}}"#, { $0.patientID = value })
        case 2:
            let value = pick(["X", "Y"])
            (text, change) = (#""Study": {"DICOM": {"AccessionNumber": "\#(value)"}}"#, { $0.accession = value })
        default:
            isRemoval = true
            (text, change) = (#""Patient": {"DICOM": {"PatientName": null}}"#, { $0.patientName = nil })
        }
        let expected = model.updateStudy(name, includesStudy: includesStudy, change)
        try await update(name, text, isRemoval: isRemoval, includesStudy: includesStudy, expected)
    }

    private mutating func updateSeries(_ name: Int) async throws {
        let content = model.imageSets[name]!.latest
        if chance(50) {
            let value = pick(["1", "2"])
            let expected = model.updateSeries(name) { $0.seriesNumber = value }
            let text = #""Study": {"Series": {"\#(content.series)": {"DICOM": {"SeriesNumber": "\#(value)"}}}}"#
            return try await update(name, text, expected)
        }
        let sop = pick(content.instances.keys.sorted())
        let isRemoval = chance(30)
        let value = isRemoval ? nil : pick(["2", "3"])
        let expected = model.updateSeries(name) { $0.instances[sop]?.thickness = value }
        let text = Self.instance(content, sop, #"{"DICOM": {"SliceThickness": "\#(value ?? "")"}}"#)
        try await update(name, text, isRemoval: isRemoval, expected)
    }

    private static func instance(_ content: HistoryModel.Content, _ sop: String, _ text: String) -> String {
        #""Study": {"Series": {"\#(content.series)": {"Instances": {"\#(sop)": \#(text)}}}}"#
    }

    private mutating func identify(_ name: Int) async throws {
        let content = model.imageSets[name]!.latest
        let text: String
        let change: (inout HistoryModel.Content) -> Void
        switch Int.random(in: 1...3, using: &generator) {
        case 1:
            let value = pick(["1.1", "1.2"])
            (text, change) = (#""Study": {"DICOM": {"StudyInstanceUID": "\#(value)"}}"#, { $0.study = value })
        case 2:
            let value = pick(["1.1.1", "1.1.2", "1.2.1"])
            text = #""Study": {"Series": {"\#(content.series)": {"DICOM": {"SeriesInstanceUID": "\#(value)"}}}}"#
            change = { $0.series = value }
        default:
            let (sop, value) = (pick(content.instances.keys.sorted()), pick(["9.1", "9.2", "9.5", "9.6"]))
            text = Self.instance(content, sop, #"{"DICOM": {"SOPInstanceUID": "\#(value)"}}"#)
            change = { content in
                let moved = content.instances.removeValue(forKey: sop)
                content.instances[value] = moved
            }
        }
        let expected = model.identify(name, change)
        try await update(name, text, isForced: true, expected)
    }

    private mutating func remove(_ name: Int) async throws {
        let content = model.imageSets[name]!.latest
        let sop = pick(content.instances.keys.sorted())
        let expected = model.remove(sop, from: name)
        try await update(name, Self.instance(content, sop, "{}"), isRemoval: true, isForced: true, expected)
    }

    private mutating func update(
        _ name: Int, _ text: String, isRemoval: Bool = false, isForced: Bool = false, includesStudy: Bool = false,
        _ expected: HistoryModel.Outcome
    ) async throws {
        story.append("update \(name) \(text) \(isRemoval) \(isForced) \(includesStudy)")
        let document = Array("{\"SchemaVersion\": 1.1, \(text)}".utf8)
        try await perform(expected) { datastore, ids in
            var update = MetadataUpdate(
                latestVersion: try await datastore.imageSet(ids[name]!).imageSet.latestVersion,
                .attributes(updatable: isRemoval ? nil : document, removable: isRemoval ? document : nil))
            update.isForced = isForced
            update.includesStudy = includesStudy
            _ = try await datastore.updateMetadata(of: ids[name]!, by: update)
        }
    }

    private mutating func revert(_ name: Int) async throws {
        let count = model.imageSets[name]!.versions.count
        let target = Int.random(in: 1...count, using: &generator)
        story.append("revert \(name) to \(target)")
        let expected = model.revert(name, to: target)
        try await perform(expected) { datastore, ids in
            _ = try await datastore.updateMetadata(
                of: ids[name]!, by: MetadataUpdate(latestVersion: count, .revert(to: target)))
        }
    }

    private mutating func only(_ name: Int) -> Set<String>? {
        let all = model.imageSets[name]!.latest.instances.keys.sorted()
        return chance(60) ? nil : [pick(all)]
    }

    private func request(_ name: Int, _ only: Set<String>?, version: Int) -> ImageSetCopy {
        var copy = ImageSetCopy(sourceVersion: version)
        copy.copiableAttributes = only.map { only in
            let names = only.map { "\"\($0)\": {}" }.joined(separator: ",")
            return #"{"SchemaVersion": 1.1, "Study": {"Series": {"\#(model.imageSets[name]!.latest.series)": "#
                + #"{"Instances": {\#(names)}}}}}"#
        }
        return copy
    }

    private mutating func copyAnew(_ name: Int) async throws {
        let (only, made) = (only(name), fresh())
        story.append("copy \(name) \(only ?? []) as \(made)")
        let copy = request(name, only, version: model.imageSets[name]!.versions.count)
        let expected = model.copy(name, only: only, fresh: made)
        try await perform(expected, making: made) { datastore, ids in
            try await datastore.copyImageSet(ids[name]!, copy).destination.imageSet.id
        }
    }

    private mutating func copyInto(_ name: Int) async throws {
        let (only, destination, isForced) = (only(name), pick(ids.keys.sorted()), chance(60))
        story.append("copy \(name) \(only ?? []) into \(destination) \(isForced)")
        var copy = request(name, only, version: model.imageSets[name]!.versions.count)
        copy.isForced = isForced
        copy.destination = ImageSetCopy.Destination(
            imageSet: ids[destination]!, latestVersion: model.imageSets[destination]!.versions.count)
        let expected = model.copy(name, only: only, into: destination, isForced: isForced)
        try await perform(expected) { [copy] datastore, ids in
            _ = try await datastore.copyImageSet(ids[name]!, copy)
        }
    }

    private mutating func promote(_ name: Int) async throws {
        let made = fresh()
        story.append("promote \(name) as \(made)")
        var copy = request(name, nil, version: model.imageSets[name]!.versions.count)
        copy.promotesToPrimary = true
        let expected = model.promote(name, fresh: made)
        try await perform(expected, making: made) { [copy] datastore, ids in
            try await datastore.copyImageSet(ids[name]!, copy).destination.imageSet.id
        }
        ids = ids.filter { model.imageSets[$0.key] != nil }
    }

    private mutating func delete(_ name: Int) async throws {
        story.append("delete \(name)")
        let expected = model.delete(name)
        try await perform(expected) { datastore, ids in _ = try await datastore.deleteImageSet(ids[name]!) }
        ids[name] = nil
    }

    private func perform(
        _ expected: HistoryModel.Outcome, _ body: (Datastore, [Int: ImageSetID]) async throws -> Void
    ) async throws {
        var outcome = HistoryModel.Outcome.done
        do {
            try await body(datastore, ids)
        } catch let error as StoreError {
            outcome = .refused(error.code.rawValue)
        }
        try expect(outcome, expected, "the outcome")
    }

    private mutating func perform(
        _ expected: HistoryModel.Outcome, making name: Int,
        _ body: (Datastore, [Int: ImageSetID]) async throws -> ImageSetID
    ) async throws {
        var outcome = HistoryModel.Outcome.done
        do {
            ids[name] = try await body(datastore, ids)
        } catch let error as StoreError {
            outcome = .refused(error.code.rawValue)
        }
        try expect(outcome, expected, "the outcome")
    }

    // MARK: Comparing

    private func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws {
        guard found != expected else { return }
        throw HistoryMismatch(
            description: "seed \(seed): \(what) is \(found), not \(expected), after\n" + story.joined(separator: "\n"))
    }

    private func compareLatest() async throws {
        try expect(Set(ids.keys), Set(model.imageSets.keys), "which image sets there are")
        let hits = try await datastore.searchImageSets(ImageSetQuery(limit: 100))
        try expect(Set(hits.map(\.imageSet.id)), Set(ids.values), "what a search finds")
        for (name, expected) in model.imageSets {
            try await compare(name, expected, version: expected.versions.count)
        }
        try await compareHierarchy()
    }

    private func compareAllVersions() async throws {
        for (name, expected) in model.imageSets {
            for version in 1...expected.versions.count { try await compare(name, expected, version: version) }
        }
    }

    private func compare(_ name: Int, _ expected: HistoryModel.ImageSet, version: Int) async throws {
        let id = ids[name]!
        let found = try await datastore.imageSet(id, version: version)
        try expect(found.imageSet.isPrimary, expected.isPrimary, "whether \(name) is primary")
        try expect(found.imageSet.state, .active, "the state of \(name)")
        try expect(found.imageSet.latestVersion, expected.versions.count, "the latest version of \(name)")
        try expect(found.version.status.rawValue, expected.versions[version - 1].status, "\(name) version \(version)")
        let document = try JSONValue(try await datastore.metadataText(of: id, version: version))
        let (patient, study) = (document["Patient"]?["DICOM"], document["Study"])
        guard let series = study?["Series"]?.object?.members.first else {
            throw HistoryMismatch(description: "no series")
        }
        var instances: [String: HistoryModel.Instance] = [:]
        for member in series.value["Instances"]?.object?.members ?? [] {
            let elements = member.value["DICOM"]
            func text(_ keyword: String) -> String? {
                elements?[keyword]?.string?.filter { $0 != " " }
            }
            instances[member.name] = .init(
                marker: Int(text("InstanceNumber") ?? "") ?? 0, thickness: text("SliceThickness"))
        }
        let content = HistoryModel.Content(
            patientID: patient?["PatientID"]?.string ?? "", patientName: patient?["PatientName"]?.string,
            study: study?["DICOM"]?["StudyInstanceUID"]?.string ?? "",
            accession: study?["DICOM"]?["AccessionNumber"]?.string ?? "", series: series.name,
            seriesNumber: series.value["DICOM"]?["SeriesNumber"]?.string?.filter { $0 != " " } ?? "",
            instances: instances)
        try expect(content, expected.versions[version - 1].content, "\(name) version \(version)")
    }

    /// One SOP Instance UID is primary in one place; one study has one patient; every index says so.
    private func compareHierarchy() async throws {
        let primaries = model.imageSets.values.filter(\.isPrimary).map(\.latest)
        let uids = primaries.flatMap { $0.instances.keys.map(\.self) }
        try expect(Set(uids).count, uids.count, "the number of primary instances")
        let studies = try await datastore.studies(IndexQuery(matches: [], offset: 0, limit: 100))
        try expect(Set(studies.map(\.studyInstanceUID)), Set(primaries.map(\.study)), "the studies")
        for study in studies {
            let members = primaries.filter { $0.study == study.studyInstanceUID }
            try expect(Set(members.map(\.studyElements)).count, 1, "the number of patients of a study")
            try expect(study.attributes.grouping.patientID, members[0].patientID, "the patient of a study")
            try expect(study.numberOfSeries, members.count, "the series of a study")
            try expect(study.numberOfInstances, members.reduce(0) { $0 + $1.instances.count }, "its instances")
        }
        let found = try await datastore.instances(
            IndexQuery(matches: [], offset: 0, limit: 100), order: .instanceNumber)
        try expect(Set(found.map(\.instance.attributes.sopInstanceUID)), Set(uids), "the instances")
        for content in primaries {
            for uid in content.instances.keys {
                let stored = try await datastore.instance(study: content.study, series: content.series, sop: uid)
                let view = stored.dataSet(try await stored.header())
                try expect(view.string(.patientID) ?? "", content.patientID, "the file's patient")
                try expect(view.string(.seriesInstanceUID) ?? "", content.series, "the file's series")
                try expect(view.string(.sopInstanceUID) ?? "", uid, "the file's instance")
            }
        }
    }
}

private struct HistoryMismatch: Error, CustomStringConvertible {
    let description: String
}

/// The same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
