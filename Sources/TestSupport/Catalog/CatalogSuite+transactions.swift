import Catalog
import Dispatch
import Foundation
import ImageSets
import Synchronization

extension CatalogSuite {
    private struct Abort: Error, Equatable {}

    private final class Reader: Sendable {
        let isDone = Atomic(false)
    }

    /// A thread of its own for a body that waits: those that all tasks share may be as few as the cores.
    private final class OwnThread: TaskExecutor {
        private let queue = DispatchQueue(label: "a body that waits")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    static let transactionChecks: [Check] = [
        Check("a body that throws leaves nothing behind, and its error comes out") { catalog in
            do {
                try await catalog.write { transaction in
                    try transaction.addImageSet(1, instances: ["1"], attributes: CatalogSample.attributes())
                    throw Abort()
                }
            } catch is Abort {}
            try await catalog.read { transaction in
                try expect(transaction.imageSetCount(), 0)
                try expect(transaction.liveByteCounts(), [:])
                try expect(transaction.studies(IndexQuery(matches: [], offset: 0, limit: 10)).count, 0)
                try expect(transaction.primaryInstance("1") == nil, true)
            }
        },
        Check("a body reads its own writes") { catalog in
            try await catalog.write { transaction in
                let imageSet = try transaction.addImageSet(
                    1, instances: ["1", "2"], attributes: CatalogSample.attributes())
                try expect(transaction.imageSet(imageSet.id), imageSet)
                try expect(transaction.instances(of: imageSet.id, version: 1).count, 2)
                try expect(transaction.studies(IndexQuery(matches: [], offset: 0, limit: 10)).count, 1)
            }
        },
        Check("a read sees the state before a write that is not finished, and after one that is") { catalog in
            try await catalog.write { try $0.insert(CatalogSample.imageSet(1)) }
            let (begun, begin) = AsyncStream<Void>.makeStream()
            let reader = Reader()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: OwnThread()) {
                    try await catalog.write { transaction in
                        try transaction.insert(CatalogSample.imageSet(2))
                        begin.yield()
                        // Holds the transaction open until the reader has looked; bodies elsewhere never wait.
                        while !reader.isDone.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
                    }
                }
                for await _ in begun { break }
                do {
                    defer { reader.isDone.store(true, ordering: .releasing) }
                    try await catalog.read { try expect($0.imageSetCount(), 1) }
                }
                try await group.waitForAll()
            }
            try await catalog.read { try expect($0.imageSetCount(), 2) }
        },
        Check("writes at the same time each see the other's result") { catalog in
            let imageSet = CatalogSample.imageSet(1)
            try await catalog.write { try $0.insert(imageSet) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await catalog.write { transaction in
                            var row = try require(transaction.imageSet(imageSet.id))
                            row.latestVersion += 1
                            try transaction.update(row)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await catalog.read { try expect($0.imageSet(imageSet.id)?.latestVersion, 21) }
        },
        Check("a body that throws among others that wait undoes only its own changes") { catalog in
            let outcomes = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
                for id in 1...60 as ClosedRange<UInt128> {
                    group.addTask {
                        do {
                            try await catalog.write { transaction in
                                try transaction.insert(CatalogSample.imageSet(id))
                                try transaction.addInstance("\(id)", to: ImageSetID(id))
                                if id % 3 == 0 { throw Abort() }
                            }
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            try expect(outcomes.count { $0 }, 40)
            try await catalog.read { transaction in
                try expect(transaction.imageSetCount(), 40)
                for id in 1...60 as ClosedRange<UInt128> {
                    try expect(transaction.primaryInstance("\(id)") != nil, id % 3 != 0)
                }
            }
        },
        Check("a method that throws has changed nothing, and the body may go on") { catalog in
            try await catalog.write { transaction in
                let imageSet = try transaction.addImageSet(1, instances: ["1"], attributes: CatalogSample.attributes())
                let job = CatalogSample.job(1, submittedAt: 1)
                try transaction.insert(job)
                let files = ["a", "b", "a"].map { ImportFileRecord(key: $0, byteCount: 1, state: .pending) }
                try expect(throws: CatalogError(.conflict, "")) { try transaction.insert(files, of: job.id) }
                try expect(throws: CatalogError(.conflict, "")) { try transaction.addInstance("1", to: imageSet.id) }
                try transaction.addInstance("2", to: imageSet.id)
            }
            try await catalog.read { transaction in
                try expect(transaction.importFileCounts(of: ImportJobID(1)).scanned, 0)
                try expect(transaction.instanceCount(of: ImageSetID(1), version: 1), 2)
            }
        },
    ]
}
