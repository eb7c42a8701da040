import DICOM
import Foundation
import ImageSets
import TestSupport
import Testing

/// The whole way of a file's header through this module, over every file of the corpus.
@Suite(.enabled(if: TestCorpus.isPresent)) struct CorpusTests {
    /// The files of one folder of the corpus, in byte order of their names; of all folders when it is nil.
    private static func files(in folder: String? = nil) -> [URL] {
        guard let root = TestCorpus.url(folder.map { "dicom/\($0)" } ?? "dicom"),
            let paths = try? FileManager.default.subpathsOfDirectory(atPath: root.path)
        else { return [] }
        return paths.filter { $0.hasSuffix(".dcm") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map { root.appendingPathComponent($0) }
    }

    private static func read(_ url: URL) -> PartTenFile? {
        guard let data = try? Data(contentsOf: url) else { return nil }
        return try? PartTenReader.read(MemoryBytes(Array(data)))
    }

    private static func outcome(_ name: String) -> String {
        guard
            let file = read(
                files(in: "nonconformant").first { $0.lastPathComponent == name } ?? URL(fileURLWithPath: "/"))
        else { return "unreadable" }
        do {
            let codes = try ImportCheck.check(file).map(\.code.rawValue)
            return codes.isEmpty ? "imported" : codes.map(String.init).joined(separator: " ")
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        ("missing-PatientID.dcm", "imported"),
        ("missing-SOPClassUID.dcm", "45063"),
        ("missing-SOPInstanceUID.dcm", "DICOM attribute SOPInstanceUID does not exist"),
        ("missing-SeriesInstanceUID.dcm", "DICOM attribute SeriesInstanceUID does not exist"),
        ("missing-StudyInstanceUID.dcm", "DICOM attribute StudyInstanceUID does not exist"),
        ("invalid-long-uid.dcm", "45570"),
        ("uid-leading-zero-component.dcm", "imported"),
        ("vr-violations.dcm", "DICOM attribute PatientName is longer than 256 characters"),
        ("trailing-zeros.dcm", "imported"),
    ])
    func theNonconformantFilesFareAsTheRulesSay(name: String, outcome: String) {
        #expect(CorpusTests.outcome(name) == outcome)
    }

    @Test func theConflictingFilesPartIntoOnePrimarySetAndThreeOthers() throws {
        let files = CorpusTests.files(in: "conflicts")
        let arrivals = try files.map { url in
            let file = try #require(CorpusTests.read(url))
            return ImportPlanner.Arrival(
                key: GroupingKey(file.dataSet), sopInstanceUID: file.dataSet.string(.sopInstanceUID) ?? "")
        }
        let plan = ImportPlanner.plan(arrivals, primaryImageSets: [], instanceHomes: [:])
        let names = plan.targets.map { target in
            target.arrivals.map { files[$0].deletingPathExtension().lastPathComponent.replacing("series-a_", with: "") }
        }
        #expect(
            names == [
                ["1_same-sop-other-pixels", "2", "3"], ["1_same-sop-other-series"], ["4_other-patientid"],
                ["5_other-studydate"],
            ])
        #expect(plan.targets[0].destination == .newPrimary(arrivals[0].key))
        #expect(plan.targets.dropFirst().allSatisfy { if case .newNonPrimary = $0.destination { true } else { false } })
    }

    @Test func everyReadableHeaderSurvivesTheStoreAndMakesAValidDocument() throws {
        var count = 0
        for url in CorpusTests.files() {
            guard let file = CorpusTests.read(url), (try? ImportCheck.check(file)) != nil else { continue }
            count += 1
            let name = url.lastPathComponent
            let (header, sources) = StoredHeader.taken(from: file, salt: Array("salt".utf8))
            #expect(header.bulkValues.count == sources.count, "\(name)")
            let stored = try StoredHeader(bytes: header.bytes())
            #expect(stored == header, "\(name)")

            let levels = ImageSetLevels(stored.dataSet)
            let kept = try ImageSetLevels(
                patientBytes: levels.bytes(of: .patient), studyBytes: levels.bytes(of: .study),
                seriesBytes: levels.bytes(of: .series))
            #expect(kept == levels, "\(name)")
            #expect(GroupingKey(kept) == GroupingKey(file.dataSet), "\(name)")
            #expect(InstanceView.dataSet(header: stored.dataSet, levels: kept) == stored.dataSet, "\(name)")

            var document = MetadataDocument(datastore: DatastoreID(1), imageSet: ImageSetID(2), levels: kept)
            document.write(stored, storedTransferSyntaxUID: "1.2.840.10008.1.2.1", frames: []) { $0.hash }
            document.finish()
            let json = try JSONNode(document.takeBytes())
            let key = GroupingKey(file.dataSet)
            let instance = json["Study"]?["Series"]?[key.seriesInstanceUID]?["Instances"]?.members.values.first
            #expect(instance?["DICOM"]?["SOPInstanceUID"]?.text != nil, "\(name)")
            for (tag, vr) in instance?["DICOMVRs"]?.members ?? [:] {
                #expect(Tag(hexadecimal: tag) != nil && vr.text.flatMap { VR(code: $0) } != nil, "\(name)")
            }
        }
        #expect(count > 300)
    }
}
