public import Blobs
public import NIOCore
import Synchronization

/// A blob store whose n-th call fails, for finding out what a failure at any point leaves behind.
///
/// Run the code under test with n = 1, 2, 3 … until ``wasTouched`` stays false; after each run nothing may be found but
/// garbage. Calls of the store and of its writers count together; `close` neither counts nor fails.
public final class FailingBlobStore: BlobStore {
    /// How often the call fails.
    public enum Mode: String, Sendable, CaseIterable {
        /// The n-th call fails, those after it pass.
        case once
        /// The n-th call fails, and all after it.
        case forever
    }

    private let store: any BlobStore
    private let faults: FaultCounter

    /// Wraps a store. `code` is that of the errors thrown.
    public init(_ store: any BlobStore, failAt call: Int, _ mode: Mode, code: BlobError.Code = .inputOutput) {
        self.store = store
        faults = FaultCounter(failAt: call, isPermanent: mode == .forever, code: code)
    }

    /// The number of calls so far, failed ones included.
    public var callCount: Int { faults.callCount }

    /// Whether any call has failed.
    public var wasTouched: Bool { faults.wasTouched }

    /// Begins appending, or fails.
    public func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter {
        try faults.pass("beginWriting")
        return FailingBlobWriter(writer: try await store.beginWriting(placement), faults: faults)
    }

    /// Reads, or fails.
    public func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer {
        try faults.pass("read")
        return try await store.read(location, range: range)
    }

    /// Lists the packs, or fails.
    public func packs() async throws -> [PackDescription] {
        try faults.pass("packs")
        return try await store.packs()
    }

    /// Ends the shared pack.
    public func seal() async {
        await store.seal()
    }

    /// Frees a pack, or fails.
    public func delete(_ pack: PackID) async throws {
        try faults.pass("delete")
        try await store.delete(pack)
    }

    /// Closes the store.
    public func close() async throws {
        try await store.close()
    }
}

private struct FailingBlobWriter: BlobWriter {
    let writer: any BlobWriter
    let faults: FaultCounter

    func append(_ bytes: ByteBuffer) async throws -> BlobLocation {
        try faults.pass("append")
        return try await writer.append(bytes)
    }

    func appendHere(_ bytes: [UInt8]) throws -> BlobLocation? {
        try faults.pass("append")
        return try writer.appendHere(bytes)
    }

    func append(
        length: UInt64, _ body: @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async throws -> BlobLocation {
        try faults.pass("append")
        return try await writer.append(length: length, body)
    }

    func commit() async throws {
        try faults.pass("commit")
        try await writer.commit()
    }

    func close() async {
        await writer.close()
    }
}

private final class FaultCounter: Sendable {
    private let failAt: Int
    private let isPermanent: Bool
    private let code: BlobError.Code
    private let calls = Mutex(0)

    init(failAt: Int, isPermanent: Bool, code: BlobError.Code) {
        self.failAt = failAt
        self.isPermanent = isPermanent
        self.code = code
    }

    var callCount: Int { calls.withLock { $0 } }
    var wasTouched: Bool { callCount >= failAt }

    func pass(_ call: String) throws {
        let number = calls.withLock { calls in
            calls += 1
            return calls
        }
        if number == failAt || isPermanent && number > failAt {
            throw BlobError(code, "call \(number), \(call), fails on purpose")
        }
    }
}
