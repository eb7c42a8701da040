import Catalog
import DICOM
import FrameCodecs
import ImageSets
import TestSupport

@testable import Store

extension History {
    func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws {
        guard found != expected else { return }
        throw HistoryMismatch(self, "\(what) is \(found), not \(expected)")
    }

    /// All image sets at their latest version, and every index.
    mutating func compareLatest() async throws {
        try expect(Set(ids.keys), Set(model.imageSets.keys), "which image sets there are")
        let hits = try await datastore.searchImageSets(ImageSetQuery(limit: 100))
        try expect(Set(hits.map(\.imageSet.id)), Set(ids.values), "what a search finds")
        for (name, expected) in model.imageSets {
            try await compare(name, expected, version: expected.versions.count)
        }
        try await compareHierarchy()
    }

    /// Every version of every image set.
    mutating func compareAllVersions() async throws {
        for (name, expected) in model.imageSets {
            for version in 1...expected.versions.count { try await compare(name, expected, version: version) }
        }
    }

    private mutating func compare(_ name: Int, _ expected: HistoryModel.ImageSet, version: Int) async throws {
        let id = ids[name]!
        let found = try await datastore.imageSet(id, version: version)
        try expect(found.imageSet.isPrimary, expected.isPrimary, "whether \(name) is primary")
        try expect(found.imageSet.state, .active, "the state of \(name)")
        try expect(found.imageSet.latestVersion, expected.versions.count, "the latest version of \(name)")
        try expect(found.version.status.rawValue, expected.versions[version - 1].status, "\(name) version \(version)")
        let document = try JSONValue(try await datastore.metadataText(of: id, version: version))
        let (patient, study) = (document["Patient"]?["DICOM"], document["Study"])
        guard let series = study?["Series"]?.object?.members.first else {
            throw HistoryMismatch(self, "\(name) has no series")
        }
        var instances: [String: HistoryModel.Instance] = [:]
        for member in series.value["Instances"]?.object?.members ?? [] {
            let elements = member.value["DICOM"]
            func text(_ keyword: String) -> String? {
                elements?[keyword]?.string?.filter { $0 != " " }
            }
            instances[member.name] = .init(
                marker: Int(text("InstanceNumber") ?? "") ?? 0, thickness: text("SliceThickness"))
            if hasPixels {
                try await compareFrames(member.value, of: id, marker: instances[member.name]?.marker ?? 0)
            }
        }
        let content = HistoryModel.Content(
            patientID: patient?["PatientID"]?.string ?? "", patientName: patient?["PatientName"]?.string,
            study: study?["DICOM"]?["StudyInstanceUID"]?.string ?? "",
            accession: study?["DICOM"]?["AccessionNumber"]?.string ?? "", series: series.name,
            seriesNumber: series.value["DICOM"]?["SeriesNumber"]?.string?.filter { $0 != " " } ?? "",
            instances: instances)
        try expect(content, expected.versions[version - 1].content, "\(name) version \(version)")
    }

    /// The one frame of an instance is that of its import, and reads as it always did.
    private mutating func compareFrames(_ instance: JSONValue, of imageSet: ImageSetID, marker: Int) async throws {
        let frames = instance["ImageFrames"]?.array ?? []
        try expect(frames.count, 1, "the number of frames")
        let checksums = frames[0]["PixelDataChecksumFromBaseToFullResolution"]?.array ?? []
        try expect(
            checksums.last?["Checksum"]?.integer, Int(Checksum.crc32(Self.image(of: marker).pixels)),
            "the checksum of \(marker)")
        guard let id = ImageFrameID(frames[0]["ID"]?.string ?? "") else {
            throw HistoryMismatch(self, "a frame has no id")
        }
        let file = try await datastore.frame(id, of: imageSet).bytes.collect()
        try expect(file, frameFiles[marker] ?? file, "the frame of \(marker)")
        frameFiles[marker] = file
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

/// Says where store and model differ, and after what.
struct HistoryMismatch: Error, CustomStringConvertible {
    let description: String

    init(_ history: History, _ what: String) {
        description = "seed \(history.seed): \(what), after\n" + history.story.joined(separator: "\n")
    }
}
