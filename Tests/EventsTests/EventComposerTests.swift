import Catalog
import Events
import Foundation
import ImageSets
import Testing

/// Every example of the guide ("HealthImaging event structure and examples"), member by member and in its order. The
/// lines of `Tests/Fixtures/events.ndjson` are the examples with white space taken out.
struct EventComposerTests {
    private static let datastore = DatastoreID("bbc4f3cccbae4095a34170fddc19b13d")!
    private static let imageSet = ImageSetID("5b3a711878c34d40e888253319388649")!
    private static let source = ImageSetID("0309de3674fd551fa7ddd2880b21f990")!
    private static let id: UInt128 = 0x7cf0_fb1c_8720_4d48_baa3_6eb9_7b35_a10e

    private static let composer = EventComposer(
        region: "us-west-2", account: "111122223333", time: Timestamp(milliseconds: 1_710_374_460_999),
        random128: { id })

    /// The examples by detail type. Those of image sets name four accounts and three image sets where one change has one
    /// account and one set: they are made to agree.
    private static let examples: [String: String] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/events.ndjson")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var examples: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let agreeing =
                line.replacing(":846006145877:", with: ":111122223333:")
                .replacing("207284eef860ac01c4b2a8de27a6fc11", with: imageSet.description)
                .replacing(":147997158357:", with: ":111122223333:")
                .replacing("c381ee9b9ef34902a45b476dd7be068b", with: datastore.description)
            examples[String(line.split(separator: "\"")[11])] = String(agreeing)
        }
        return examples
    }()

    @Test func thereAreNineteenExamples() {
        #expect(Self.examples.count == 19)
    }

    @Test(arguments: [
        (DatastoreRecord.Status.creating, "Data Store Creating"), (.createFailed, "Data Store Creation Failed"),
        (.active, "Data Store Created"), (.deleting, "Data Store Deleting"), (.deleted, "Data Store Deleted"),
    ])
    func dataStoresAreToldOfAsInTheGuide(status: DatastoreRecord.Status, detailType: String) {
        let record = DatastoreRecord(
            id: Self.datastore, name: "test", status: status, format: .htj2k, createdAt: Timestamp(milliseconds: 0),
            wrappedDataKey: [])
        #expect(Self.composer.event(of: record).json == Self.examples[detailType])
    }

    @Test(arguments: [
        (ImportJobRecord.Status.submitted, "Import Job Submitted"), (.inProgress, "Import Job In Progress"),
        (.completed, "Import Job Completed"), (.failed, "Import Job Failed"),
    ])
    func importJobsAreToldOfAsInTheGuide(status: ImportJobRecord.Status, detailType: String) {
        let job = Self.job(status)
        #expect(Self.composer.event(of: job, in: Self.datastore).json == Self.examples[detailType])
    }

    /// spec/70: the requested prefix in Submitted and In Progress, the job folder with trailing slash afterwards.
    @Test func aJobThatHasEndedNamesItsOwnFolder() {
        var job = Self.job(.completed)
        job.resultS3URI = "s3://bucket/output/bbc4-DicomImport-a6a1/"
        let event = Self.composer.event(of: job, in: Self.datastore)
        #expect(event.detail.contains(#""outputS3Uri":"s3://bucket/output/bbc4-DicomImport-a6a1/""#))
    }

    @Test(arguments: [
        (VersionRecord.WorkflowStatus.created, "Image Set Created"), (.copying, "Image Set Copying"),
        (.copyingWithReadOnlyAccess, "Image Set Copying With Read Only Access"), (.copied, "Image Set Copied"),
        (.copyFailed, "Image Set Copy Failed"), (.updating, "Image Set Updating"), (.updated, "Image Set Updated"),
        (.updateFailed, "Image Set Update Failed"), (.deleting, "Image Set Deleting"),
        (.deleted, "Image Set Deleted"),
    ])
    func imageSetsAreToldOfAsInTheGuide(status: VersionRecord.WorkflowStatus, detailType: String) {
        #expect(Self.event(status).json == Self.examples[detailType])
    }

    /// spec/70: a version made by import or STOW into an existing set is `Image Set Updated` with IMPORTED, and
    /// UPDATING_FOR_STUDY_CONSISTENCY is `Image Set Updating`.
    @Test func whatTheGuideHasNoExampleForIsAnUpdate() throws {
        let updated = try #require(Self.examples["Image Set Updated"])
        #expect(Self.event(.imported).json == updated.replacing(#""UPDATED""#, with: #""IMPORTED""#))
        let updating = try #require(Self.examples["Image Set Updating"])
        #expect(
            Self.event(.updatingForStudyConsistency).json
                == updating.replacing(#""UPDATING""#, with: #""UPDATING_FOR_STUDY_CONSISTENCY""#))
    }

    @Test func namesAreEscaped() {
        var job = Self.job(.submitted)
        job.name = "a\"b\\c\n\u{E9}"
        let event = Self.composer.event(of: job, in: Self.datastore)
        #expect(event.detail.contains(#""jobName":"a\"b\\c\n\#u{E9}""#))
    }

    @Test(arguments: [UInt128.min, .max])
    func idsAreUUIDsOfVersionFour(random: UInt128) throws {
        let text = EventID(random: random).description
        let digits = random == .min ? "0" : "f"
        let filled = { String(repeating: digits, count: $0) }
        let variant = random == .min ? "8" : "b"
        #expect(text == "\(filled(8))-\(filled(4))-4\(filled(3))-\(variant)\(filled(3))-\(filled(12))")
        #expect(UUID(uuidString: text) != nil)
    }

    private static func job(_ status: ImportJobRecord.Status) -> ImportJobRecord {
        ImportJobRecord(
            id: ImportJobID("a6a1d220f152e7aab6d8925d995d8b76")!, name: "test_only_1", status: status,
            dataAccessRoleARN: "arn:aws:iam::111122223333:role/r",
            inputS3URI: "s3://healthimaging-test-bucket/input/", outputS3URI: "s3://healthimaging-test-bucket/output/",
            submittedAt: Timestamp(milliseconds: 0))
    }

    private static func event(_ status: VersionRecord.WorkflowStatus) -> EventRecord {
        composer.event(of: imageSet, version: 1, isPrimary: true, status, in: datastore, copiedFrom: source)
    }
}
