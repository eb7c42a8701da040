import Catalog
import Foundation
import ImageSets
import Store
import Testing

@testable import Import

/// A job belongs to one worker at a time.
struct ImportLeaseTests {
    @Test func aJobThatAnotherWorkerHasIsLeftAlone() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(1)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        #expect(try await datastore.claimImportJob(id, by: 7) != nil)
        #expect(try await datastore.claimImportJob(id, by: 7) != nil, "its own worker may take it again")
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        #expect(try await datastore.importJob(id).status == .submitted)
        try await store.close()
    }

    @Test func aLeaseEndsByItself() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(1)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        let lost = try #require(try await datastore.claimImportJob(id, by: 7))
        fixture.advanceClock(seconds: Datastore.importLeaseSeconds + 1)
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        let job = try await datastore.importJob(id)
        #expect(job.status == .completed)
        #expect(job.lease == nil)
        // The worker that was believed dead comes back.
        await #expect(throws: StoreError.self) { try await datastore.renewImportJob(lost) }
        await #expect(throws: StoreError.self) { _ = try await datastore.beginImportJob(lost, files: []) }
        await #expect(throws: StoreError.self) {
            try await datastore.endImportJob(lost, status: .failed, message: "late", resultS3URI: nil)
        }
        #expect(try await datastore.importJob(id) == job)
        try await store.close()
    }

    @Test func aRenewedLeaseHolds() async throws {
        let fixture = try ImportFixture()
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        let job = try #require(try await datastore.claimImportJob(id, by: 7))
        fixture.advanceClock(seconds: Datastore.importLeaseSeconds - 1)
        try await datastore.renewImportJob(job)
        fixture.advanceClock(seconds: Datastore.importLeaseSeconds - 1)
        #expect(try await datastore.claimImportJob(id, by: 8) == nil)
        try await datastore.releaseImportJob(job)
        #expect(try await datastore.claimImportJob(id, by: 8) != nil)
        try await store.close()
    }

    @Test func aRestartFreesTheJobsOfTheRunBefore() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(1)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        _ = try await datastore.claimImportJob(id, by: 7)
        try await store.close()
        let (again, reopened, _) = try await fixture.open()
        try await ImportFixture.runner(reopened, fixture.objects).run(id)
        #expect(try await reopened.importJob(id).status == .completed)
        try await again.close()
    }

    @Test func jobsAreGoneAfterNinetyDays() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(1)
        let (store, datastore, _) = try await fixture.open()
        var ids: [ImportJobID] = []
        for token in 0..<7 {
            ids.append(try await ImportFixture.submit(to: datastore, token: "\(token)"))
            try await ImportFixture.runner(datastore, fixture.objects).run(ids[token])
        }
        let waiting = try await ImportFixture.submit(to: datastore, token: "waiting")
        fixture.advanceClock(seconds: 89 * 86_400)
        let young = try await ImportFixture.submit(to: datastore, token: "young")
        try await store.purgeImportJobs()
        #expect(try await datastore.importJobs(status: nil, after: nil, limit: 99).count == 9)
        fixture.advanceClock(seconds: 2 * 86_400)
        #expect(try await datastore.importJobs(status: nil, after: nil, limit: 99).map(\.id) == [young])
        try await store.purgeImportJobs()
        #expect(try await datastore.purgeImportJobs() == 0)
        for id in ids { #expect(try await datastore.importFiles(of: id, after: nil, limit: 1) == []) }
        // One that never ended is kept for its workers.
        #expect(try await store.unfinishedImportJobs().map(\.job).contains(waiting))
        // The token may be used again.
        #expect(try await ImportFixture.submit(to: datastore, token: "0") != ids[0])
        #expect(try await datastore.searchImageSets(ImageSetQuery(limit: 9)).count == 1, "what was imported stays")
        try await store.close()
    }
}
