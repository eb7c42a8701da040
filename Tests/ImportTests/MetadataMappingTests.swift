import Catalog
import Foundation
import ImageSets
import Store
import TestSupport
import Testing

@testable import Import

/// JSON metadata laid over instances by jobs.
struct MetadataMappingTests {
    private static func name(_ name: String) -> [UInt8] {
        Array(#"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"\#(name)"}]}}"#.utf8)
    }

    private struct Outcome {
        var job: ImportJobRecord
        var counts: ImportFileCounts
        var results: [String: String]
        var names: [String?]
    }

    /// Runs a job on three instances of one series whose mappings are `(series or nil, path)`.
    private static func run(
        _ mappings: [(series: String?, path: String)], files: [String: [UInt8]], study: String? = nil
    ) async throws -> Outcome {
        let fixture = try ImportFixture()
        try fixture.putSeries(3)
        for (path, bytes) in files { try fixture.put(bytes, at: "study/" + path) }
        let (store, datastore, _) = try await fixture.open()
        let instance = TestInstance.numbered(1)
        let entries = mappings.map { mapping in
            let series = mapping.series.map { #","seriesInstanceUID":"\#($0)""# } ?? ""
            return #"{"studyInstanceUID":"\#(study ?? instance.study)"\#(series),"#
                + #""metadataFilePath":"\#(mapping.path)"}"#
        }
        var submission = ImportJobSubmission(
            clientToken: "1", dataAccessRoleARN: "arn:aws:iam::123456789012:role/r", inputS3URI: "s3://input/study",
            outputS3URI: "s3://output/results")
        submission.importConfiguration =
            #"{"dicomJsonMetadataImportConfiguration":{"dicomMetadataMappings":[\#(entries.joined(separator: ","))]}}"#
        let id = try await datastore.submitImportJob(submission).id
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        let job = try await datastore.importJob(id)
        let found = try await datastore.searchImageSets(ImageSetQuery(limit: 10))
        let outcome = Outcome(
            job: job, counts: try await datastore.importFileCounts(of: id),
            results: job.status == .completed ? try fixture.results(of: job) : [:],
            names: found.map(\.imageSet.attributes.patientName))
        try await store.close()
        return outcome
    }

    @Test func attributesAreLaidOverEveryInstanceAndTheFileIsNotScanned() async throws {
        let outcome = try await Self.run([(nil, "meta/a b.json")], files: ["meta/a b.json": Self.name("Overlaid")])
        #expect(outcome.job.status == .completed)
        #expect(outcome.job.message == nil)
        #expect(outcome.counts.scanned == 3)
        #expect(outcome.counts.imported == 3)
        #expect(outcome.names == ["Overlaid"])
    }

    @Test func theMostSpecificMappingWins() async throws {
        let series = TestInstance.numbered(1).series
        let outcome = try await Self.run(
            [(nil, "study.json"), (series, "series.json")],
            files: ["study.json": Self.name("Study"), "series.json": Self.name("Series")])
        #expect(outcome.names == ["Series"])
        #expect(outcome.job.message == "1 of 2 dicomMetadataMappings match no file: number 1")
    }

    @Test func aMappingThatMatchesNothingIsToldInTheJobsMessage() async throws {
        let outcome = try await Self.run([("9.9", "none.json")], files: [:])
        #expect(outcome.counts.imported == 3)
        #expect(outcome.job.message == "1 of 1 dicomMetadataMappings match no file: number 1")
        #expect(ImportJobFailure(outcome.job.message ?? "").message == outcome.job.message, "the model's alphabet")
    }

    @Test(
        arguments: [
            (nil, "does not exist"), ("no JSON", "is not valid: it is not JSON"), ("{}", "has no attributes"),
            (#"{"0020000D":{"vr":"UI","Value":["9.9"]}}"#, "another study"),
        ] as [(String?, String)])
    func aFileThatIsMissingOrInvalidFailsWhatItMaps(text: String?, told: String) async throws {
        let outcome = try await Self.run([(nil, "m.json")], files: text.map { ["m.json": Array($0.utf8)] } ?? [:])
        #expect(outcome.job.status == .completed)
        #expect(outcome.counts.customerErrors == 3)
        #expect(outcome.job.message == nil)
        let failures = try #require(outcome.results["FAILURE/failure.ndjson"])
        #expect(failures.split(separator: "\n").count == 3)
        #expect(failures.contains(told))
        #expect(failures.contains("ValidationException"))
    }

    @Test func aFileThatIsTooLargeFailsWhatItMaps() async throws {
        let outcome = try await Self.run(
            [(nil, "m.json")], files: ["m.json": [UInt8](repeating: 0x20, count: 50 << 20 + 1)])
        #expect(outcome.counts.customerErrors == 3)
        let failures = try #require(outcome.results["FAILURE/failure.ndjson"])
        #expect(failures.contains("is not valid: it is larger than 52428800 bytes"))
    }

    @Test func onlyTheMappedFilesFail() async throws {
        let outcome = try await Self.run([("9.9", "none.json")], files: [:])
        #expect(outcome.counts.customerErrors == 0)
    }

    @Test func limitsHoldForWhatIsLaidOver() async throws {
        let outcome = try await Self.run(
            [(nil, "m.json")], files: ["m.json": Self.name(String(repeating: "x", count: 257))])
        #expect(outcome.counts.customerErrors == 3)
        #expect(outcome.results["FAILURE/failure.ndjson"]?.contains("PatientName") == true)
    }
}
