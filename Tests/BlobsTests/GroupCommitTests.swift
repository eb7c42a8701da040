import Testing

@testable import Blobs

struct GroupCommitTests {
    private struct Broken: Error {}

    private func isStart(_ answer: GroupCommit<Int>.Answer) -> Bool {
        if case .startSync = answer { return true }
        return false
    }

    private func isWait(_ answer: GroupCommit<Int>.Answer) -> Bool {
        if case .wait = answer { return true }
        return false
    }

    private func isFailure(_ answer: GroupCommit<Int>.Answer) -> Bool {
        if case .fail = answer { return true }
        return false
    }

    @Test func aLoneWriterIsSyncedAtOnce() {
        var commit = GroupCommit<Int>()
        #expect(isStart(commit.request(1)))
        let ending = commit.syncEnded(nil)
        #expect(ending.waiters == [1])
        #expect(!ending.startsAgain)
        #expect(!commit.isSyncing)
    }

    @Test func whoAsksDuringASyncIsAnsweredByTheNext() {
        var commit = GroupCommit<Int>()
        #expect(isStart(commit.request(1)))
        #expect(isWait(commit.request(2)))
        #expect(isWait(commit.request(3)))
        let first = commit.syncEnded(nil)
        #expect(first.waiters == [1])
        #expect(first.startsAgain)
        #expect(isWait(commit.request(4)))
        let second = commit.syncEnded(nil)
        #expect(second.waiters == [2, 3])
        #expect(second.startsAgain)
        let third = commit.syncEnded(nil)
        #expect(third.waiters == [4])
        #expect(!third.startsAgain)
    }

    @Test func aFailedSyncFailsAllWhoWaitAndAllWhoAskLater() {
        var commit = GroupCommit<Int>()
        #expect(isStart(commit.request(1)))
        #expect(isWait(commit.request(2)))
        let ending = commit.syncEnded(Broken())
        #expect(ending.waiters == [1, 2])
        #expect(!ending.startsAgain)
        #expect(isFailure(commit.request(3)))
        #expect(commit.failure is Broken)
        #expect(!commit.isSyncing)
    }
}
