import ImageSets
import Store
import Testing

@testable import Import

struct FairQueueTests {
    private static func job(_ datastore: UInt128, _ job: UInt128) -> ImportJobReference {
        ImportJobReference(datastore: DatastoreID(datastore), job: ImportJobID(job))
    }

    private static func order(_ jobs: [ImportJobReference]) -> [ImportJobReference] {
        var queue = FairQueue()
        for job in jobs { queue.append(job) }
        var order: [ImportJobReference] = []
        while let job = queue.next() { order.append(job) }
        return order
    }

    @Test func dataStoresTakeTurns() {
        let (a, b, c) = (Self.job(1, 1), Self.job(1, 2), Self.job(1, 3))
        let (d, e) = (Self.job(2, 1), Self.job(3, 1))
        #expect(Self.order([a, b, c, d, e]) == [a, d, e, b, c])
    }

    @Test func aStoresJobsGoFirstComeFirstServed() {
        let jobs = (1...5).map { Self.job(1, $0) }
        #expect(Self.order(jobs) == jobs)
    }

    @Test func aJobWaitsOnce() {
        let (a, b) = (Self.job(1, 1), Self.job(2, 1))
        #expect(Self.order([a, b, a, b, a]) == [a, b])
    }

    @Test func aStoreThatComesBackWaitsItsTurn() {
        var queue = FairQueue()
        let (a, b, c) = (Self.job(1, 1), Self.job(2, 1), Self.job(1, 2))
        queue.append(a)
        queue.append(b)
        #expect(queue.next() == a)
        queue.append(c)
        #expect(queue.next() == b)
        #expect(queue.next() == c)
        #expect(queue.next() == nil)
    }
}
