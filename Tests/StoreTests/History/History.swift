import Catalog
import DICOM
import Foundation
import ImageSets
import Store
import TestSupport

/// One random history: a data store and the model of it, step by step.
struct History {
    /// Makes the steps; the same seed makes the same ones.
    var generator: SeededGenerator
    var model = HistoryModel()
    /// The image sets by the names that the model knows them by.
    var ids: [Int: ImageSetID] = [:]
    /// What happened so far, for a failure's message.
    var story: [String] = []
    /// The data store; another one after a restart.
    var datastore: Datastore
    let seed: UInt64
    /// Whether instances have pixels, which cost the most.
    let hasPixels: Bool
    /// The file of each import's frame, as it was read first.
    var frameFiles: [Int: [UInt8]] = [:]
    private var lastName = 0
    private var lastMarker = 0

    init(seed: UInt64, datastore: Datastore, hasPixels: Bool) {
        generator = SeededGenerator(seed: seed)
        self.seed = seed
        self.datastore = datastore
        self.hasPixels = hasPixels
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

    /// Changes something, or asks for a change that the rules refuse.
    mutating func step() async throws {
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
        let staged = try await session.stage(MemoryBytes(try file(arrival, sop)))
        let outcome = try await session.commit([staged])[0].get()
        await session.close()
        let known = ids.first { $0.value == outcome.imageSet }?.key
        try expect(model.imageSets[name] == nil, known != nil, "whether an import makes an image set")
        if known == nil { ids[name] = outcome.imageSet }
    }

    private func file(_ content: HistoryModel.Content, _ sop: String) throws -> [UInt8] {
        let instance = Self.testInstance(content, sop)
        return try hasPixels ? instance.file() : instance.report()
    }

    /// What is imported; its pixels come from the marker.
    private static func testInstance(_ content: HistoryModel.Content, _ sop: String) -> TestInstance {
        let (marker, thickness) = content.instances[sop].map { ($0.marker, $0.thickness) } ?? (0, nil)
        var instance = Self.image(of: marker)
        (instance.study, instance.series, instance.sop) = (content.study, content.series, sop)
        (instance.patientID, instance.patientName) = (content.patientID, content.patientName ?? "")
        (instance.accessionNumber, instance.seriesNumber) = (content.accession, Int(content.seriesNumber) ?? 0)
        instance.elements = [DataElement(.sliceThickness, .DS, thickness ?? "")]
        return instance
    }

    /// The image that an import brings, by its marker.
    static func image(of marker: Int) -> TestInstance {
        var instance = TestInstance.numbered(marker)
        (instance.rows, instance.columns) = (4, 4)
        return instance
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
}

extension TestInstance {
    /// A report: the same without pixels.
    fileprivate func report() throws -> [UInt8] {
        let sopClass = "1.2.840.10008.5.1.4.1.1.88.22"
        var dataSet = dataSet
        dataSet.removeAll { $0.tag.group == 0x0028 }
        dataSet.set(DataElement(.sopClassUID, .UI, sopClass))
        dataSet.set(DataElement(.modality, .CS, "SR"))
        let meta = PartTenWriter.fileMeta(
            sopClassUID: sopClass, sopInstanceUID: sop, transferSyntaxUID: TransferSyntax.explicitVRLittleEndian.uid)
        return try PartTenWriter.fileMetaBytes(meta) + PartTenWriter.dataSetBytes(dataSet) { _ in [] }
    }
}
