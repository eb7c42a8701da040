import ImageSets
import Store
import Testing

@testable import Import

struct FairQueueTests {
    private static func job(_ datastore: UInt128, _ job: UInt128) -> ImportJobReference {
        ImportJobReference(datastore: DatastoreID(datastore), job: ImportJobID(job))
    }

    /// The order in which elements named by data store, job and number get their turn.
    private static func order(_ elements: [String]) -> [String] {
        var queue = FairQueue<String>()
        for element in elements {
            let name = element.utf8.map { UInt128($0) }
            queue.append(element, for: job(name[0], name[1]))
        }
        var order: [String] = []
        while let next = queue.next() { order.append(next.element) }
        return order
    }

    @Test func dataStoresTakeTurns() {
        #expect(Self.order(["Aa1", "Aa2", "Aa3", "Ba1", "Ca1", "Ca2"]) == ["Aa1", "Ba1", "Ca1", "Aa2", "Ca2", "Aa3"])
    }

    @Test func jobsOfADataStoreTakeTurns() {
        #expect(
            Self.order(["Aa1", "Aa2", "Aa3", "Ab1", "Ab2", "Ba1", "Ba2", "Ba3"])
                == ["Aa1", "Ba1", "Ab1", "Ba2", "Aa2", "Ba3", "Ab2", "Aa3"])
    }

    @Test func aJobsElementsGoFirstComeFirstServed() {
        let elements = (1...5).map { "Aa\($0)" }
        #expect(Self.order(elements) == elements)
    }

    @Test func whatComesBackWaitsItsTurn() {
        var queue = FairQueue<Int>()
        queue.append(1, for: Self.job(1, 1))
        queue.append(2, for: Self.job(2, 1))
        #expect(queue.next()?.element == 1)
        queue.append(3, for: Self.job(1, 1))
        #expect(queue.next()?.element == 2)
        #expect(queue.next()?.element == 3)
        #expect(queue.next() == nil)
    }

    @Test func whatIsTakenOutLeavesTheOthersInOrder() {
        var queue = FairQueue<Int>()
        for (number, place) in [(1, (1, 1)), (2, (1, 1)), (3, (1, 2)), (4, (2, 1))] {
            queue.append(number, for: Self.job(UInt128(place.0), UInt128(place.1)))
        }
        #expect(queue.remove { $0 == 1 } == 1)
        #expect(queue.remove { $0 == 4 } == 4)
        #expect(queue.remove { $0 == 9 } == nil)
        #expect((0..<3).map { _ in queue.next()?.element } == [2, 3, nil])
    }

    @Test func whoMayNotHaveATurnIsPassedOver() {
        var queue = FairQueue<Int>()
        for (number, place) in [(1, (1, 1)), (2, (1, 2)), (3, (2, 1))] {
            queue.append(number, for: Self.job(UInt128(place.0), UInt128(place.1)))
        }
        #expect(queue.next { $0 != Self.job(1, 1) }?.element == 2)
        #expect(queue.next { $0 == Self.job(9, 9) } == nil)
        #expect((0..<3).map { _ in queue.next()?.element } == [3, 1, nil])
    }

    @Test func aStoreStartsItsJobsInOrderEachOnce() {
        var line = JobLine()
        let jobs = (1...3).map { Self.job(1, $0) }
        for job in jobs + jobs { line.append(job) }
        #expect(line.next(atMost: 2) == jobs[0])
        #expect(line.next(atMost: 2) == jobs[1])
        #expect(line.next(atMost: 2) == nil)
        line.append(jobs[0])
        line.end(jobs[0])
        #expect(line.next(atMost: 2) == jobs[2])
        #expect(line.next(atMost: 3) == nil)
        #expect(!line.isEmpty)
        line.end(jobs[1])
        line.end(jobs[2])
        #expect(line.isEmpty)
    }
}
