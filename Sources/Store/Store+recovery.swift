import Blobs
import Catalog
import ImageSets

extension Store {
    /// Finishes or rolls back what a crash interrupted, before anything is served:
    /// - data stores in CREATING become ACTIVE, those in DELETING become DELETED;
    /// - import jobs that an earlier run held are free: only the owner of the store runs jobs, and this is it;
    /// - stored objects that nothing refers to are removed, and with them packs without a live byte.
    ///
    /// Changes of image sets are single transactions: there is nothing of them to roll back.
    func recover() async throws {
        for record in try await services.datastores() {
            switch record.status {
            case .creating:
                try await provision(record)
                try await reclaim(open(record.id))
            case .deleting:
                try await unprovision(record)
            case .active:
                try await reclaim(open(record.id))
            case .createFailed, .deleted:
                break
            }
        }
    }

    private func reclaim(_ datastore: Datastore) async throws {
        // Packs first: one that is made after this look is not judged by an older count.
        let packs = try await datastore.blobs.packs()
        let live = try await datastore.catalog.write { transaction in
            for status in [ImportJobRecord.Status.submitted, .inProgress] {
                let jobs = try transaction.importJobs(status: status, submittedAfter: nil, after: nil, limit: .max)
                for var job in jobs where job.lease != nil {
                    job.lease = nil
                    try transaction.update(job)
                }
            }
            _ = try transaction.deleteUnreferencedObjects()
            return try transaction.liveByteCounts()
        }
        let dead = packs.filter { !$0.isOpen && live[$0.id, default: 0] == 0 }
        for pack in dead {
            try await datastore.blobs.delete(pack.id)
        }
    }

    /// Removes the import jobs that left the lists of their data stores after 90 days (spec/20).
    public func purgeImportJobs() async throws {
        for record in try await services.datastores() where record.status == .active {
            let datastore = try await open(record.id)
            while try await datastore.purgeImportJobs() > 0 {}
        }
    }

    /// The import jobs that an earlier run did not end, oldest first.
    public func unfinishedImportJobs() async throws -> [ImportJobReference] {
        var found: [(submittedAt: Timestamp, job: ImportJobReference)] = []
        for record in try await services.datastores() where record.status == .active {
            let datastore = try await open(record.id)
            let jobs = try await datastore.catalog.read { transaction in
                try transaction.importJobs(status: .submitted, submittedAfter: nil, after: nil, limit: 10_000)
                    + transaction.importJobs(status: .inProgress, submittedAfter: nil, after: nil, limit: 10_000)
            }
            found += jobs.map { ($0.submittedAt, ImportJobReference(datastore: record.id, job: $0.id)) }
        }
        return found.sorted { $0.submittedAt < $1.submittedAt }.map(\.job)
    }
}
