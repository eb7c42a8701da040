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
        try await checkArchive(of: datastore)
        try await datastore.catalog.write { transaction in
            for status in [ImportJobRecord.Status.submitted, .inProgress] {
                let jobs = try transaction.importJobs(status: status, submittedAfter: nil, after: nil, limit: .max)
                for var job in jobs where job.lease != nil {
                    job.lease = nil
                    try transaction.update(job)
                }
            }
            _ = try transaction.deleteUnreferencedObjects()
        }
        try await datastore.freeDeadPacks()
    }

    /// Refuses an archive that is another one, most likely a disk that is not mounted: packs would be made where they
    /// do not belong, under numbers that are taken. Single packs that are missing are damage, and a matter of `verify`.
    private func checkArchive(of datastore: Datastore) async throws {
        let found = try await datastore.blobs.packs().map(\.id)
        let live = try await datastore.catalog.read { try $0.liveByteCounts() }.keys.filter { $0.tier == .archive }
        guard !live.isEmpty, Set(live).isDisjoint(with: found) else { return }
        throw StoreError(
            .internal,
            """
            the archive of data store \(datastore.id) holds none of the \(live.count) packs that it should; \
            see that its disk is mounted and that archiveDirectory names the folder that it was written to
            """)
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
