import Catalog
import Foundation
import Import
import Store
import Testing

/// What a job may do is what its role may (spec/20).
struct ImportRoleTests {
    private static let trust = #"""
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
         "Principal": {"Service": "medical-imaging.amazonaws.com"}}}
        """#

    private static func allow(_ actions: String, _ resources: String) -> String {
        #"{"Effect": "Allow", "Action": [\#(actions)], "Resource": [\#(resources)]}"#
    }

    /// Three files, and the end of a job in the role `r` with these statements; `role` makes another one of it.
    private func end(
        of statements: [String], trust: String? = trust, role: (Store) async throws -> Void = { _ in }
    ) async throws -> (job: ImportJobRecord, imported: Int64, wasAnythingWritten: Bool) {
        let fixture = try ImportFixture()
        try fixture.putSeries(3)
        let (store, datastore, _) = try await fixture.open()
        if let trust { try await store.createRole("r", trustPolicy: trust) }
        if !statements.isEmpty {
            try await store.setPolicy(
                #"{"Version": "2012-10-17", "Statement": [\#(statements.joined(separator: ","))]}"#, named: "p",
                ofRole: "r")
        }
        try await role(store)
        let id = try await ImportFixture.submit(to: datastore)
        try await ImportFixture.runner(
            datastore, fixture.objects, assumeRole: { try await store.assumeRole($0, for: datastore.id) }
        ).run(id)
        let job = try await datastore.importJob(id)
        let counts = try await datastore.importFileCounts(of: id)
        // The folder of the results may be made before the input is listed.
        let isWritten = try FileManager.default.subpathsOfDirectory(atPath: fixture.folder + "/out")
            .contains { $0.hasSuffix("json") }
        try await store.close()
        return (job, Int64(counts.imported), isWritten)
    }

    private static let enough = [
        allow(#""s3:ListBucket""#, #""arn:aws:s3:::input", "arn:aws:s3:::output""#),
        allow(#""s3:GetObject""#, #""arn:aws:s3:::input/study/*""#),
        allow(#""s3:PutObject""#, #""arn:aws:s3:::output/results/*""#),
    ]

    @Test func aRoleThatMayReadAndWriteIsEnough() async throws {
        let ended = try await end(of: Self.enough)
        #expect(ended.job.status == .completed && ended.imported == 3 && ended.wasAnythingWritten)
    }

    @Test(arguments: [
        ([0], "s3:ListBucket"), ([1], "s3:GetObject"), ([2], "s3:PutObject"), ([0, 1, 2], "s3:ListBucket"),
    ])
    func whatTheRoleMayNotFailsTheJobBeforeAnythingIsDone(missing: [Int], action: String) async throws {
        let ended = try await end(of: Self.enough.enumerated().filter { !missing.contains($0.offset) }.map(\.element))
        #expect(ended.job.status == .failed)
        #expect(ended.job.message?.contains("may not \(action)") == true)
        #expect(ended.imported == 0 && !ended.wasAnythingWritten)
    }

    @Test(arguments: [
        (
            #"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::input/study/2.dcm"}"#,
            "s3:GetObject"
        ),
        (#"{"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::output"}"#, "s3:ListBucket"),
        (
            #"""
            {"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::input",
             "Condition": {"StringLike": {"s3:prefix": "stu*"}}}
            """#, "s3:ListBucket"
        ),
    ])
    func aDenialOfAPartFailsTheWholeJob(denial: String, action: String) async throws {
        let ended = try await end(of: Self.enough + [denial])
        #expect(ended.job.status == .failed)
        #expect(ended.job.message?.contains("may not \(action)") == true)
        #expect(ended.imported == 0)
    }

    @Test func aRoleThatIsNotThereFailsTheJob() async throws {
        let absent = try await end(of: [], trust: nil)
        #expect(absent.job.status == .failed)
        #expect(absent.job.message?.contains("The role does not exist") == true)
        let otherPath = try await end(of: []) { store in
            try await store.deleteRole("r")
            try await store.createRole("r", path: "/other/", trustPolicy: Self.trust)
        }
        #expect(otherPath.job.message?.contains("The role does not exist") == true)
    }

    private struct Interrupted: Error {}

    /// The process ends between the commit and the results, and the role is gone when the job goes on.
    @Test func aJobThatGoesOnWithoutItsRoleTellsWhatItHasImported() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(3)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        let objects = WatchedObjectStore(base: fixture.objects) { step in
            if case .write = step { throw Interrupted() }
        }
        await #expect(throws: Interrupted.self) {
            try await ImportFixture.runner(datastore, objects).run(id)
        }
        try await ImportFixture.runner(
            datastore, fixture.objects, assumeRole: { try await store.assumeRole($0, for: datastore.id) }
        ).run(id)
        let job = try await datastore.importJob(id)
        #expect(job.status == .failed)
        #expect(job.message?.hasPrefix("3 of 3 files were imported, but the job has failed.") == true)
        #expect(job.message?.contains("dataAccessRoleArn cannot be assumed. The role does not exist") == true)
        try await store.close()
    }

    @Test(arguments: [
        (#""Principal": {"Service": "s3.amazonaws.com"}"#, false),
        (#""Principal": {"AWS": "123456789012"}"#, false),
        (#""Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}"#, true),
        (#""Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}"#, false),
        (
            #"""
            "Principal": {"Service": "medical-imaging.amazonaws.com"},
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:medical-imaging:us-east-1:123456789012:datastore/*"}}
            """#, true
        ),
        (
            #"""
            "Principal": {"Service": "medical-imaging.amazonaws.com"},
            "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:medical-imaging:us-east-1:123456789012:datastore/x"}}
            """#, false
        ),
    ])
    func theTrustPolicyDecidesWhoActsInARole(statement: String, isTrusted: Bool) async throws {
        let trust = #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", \#(statement)}}"#
        let ended = try await end(of: Self.enough, trust: trust)
        #expect(ended.job.status == (isTrusted ? .completed : .failed))
        #expect(isTrusted || ended.job.message?.contains("does not trust medical-imaging.amazonaws.com") == true)
    }
}
