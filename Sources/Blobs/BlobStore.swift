public import NIOCore

/// Keeps immutable blobs in append-only packs.
///
/// The contract, which every back end's test runs (`BlobStoreSuite`):
/// - A blob that a committed writer appended reads back byte-exact for ever, or throws ``BlobError`` with code
///   `corrupted`; it never reads back as something else.
/// - Nothing is modified in place; a pack's byte range is written at most once.
/// - A crash before `commit` returns leaves at worst bytes that no location points to.
/// - Reads MUST be safe from any number of tasks, also while the pack is still being written.
public protocol BlobStore: Sendable {
    /// Begins appending. Blobs of one `.own` writer lie together in packs that no other writer shares (an import job);
    /// `.shared` writers append to a common open pack (single STOW requests).
    func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter

    /// Reads a range of a blob's plain bytes, the whole blob by default, checked against its authentication tags.
    func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer

    /// Every pack there is, with its size on disk and whether a writer of this process still appends to it.
    func packs() async throws -> [PackDescription]

    /// Frees a pack. Reading from it afterwards throws `missing`. MUST be safe to repeat.
    func delete(_ pack: PackID) async throws

    /// Closes files and waits for pending syncs; the store is not used afterwards.
    func close() async throws
}

extension BlobStore {
    /// Reads a whole blob.
    public func read(_ location: BlobLocation) async throws -> ByteBuffer {
        try await read(location, range: nil)
    }
}

/// Whose pack a writer appends to.
public enum BlobPlacement: Sendable {
    /// A pack that no other writer shares, for locality.
    case own
    /// The open pack that single requests share.
    case shared
}

/// What is known of a pack from the outside.
public struct PackDescription: Sendable, Hashable {
    /// Its name.
    public var id: PackID
    /// Its physical size in bytes.
    public var byteCount: UInt64
    /// Whether a writer of this process may still append to it.
    public var isOpen: Bool

    /// Gathers the parts.
    public init(id: PackID, byteCount: UInt64, isOpen: Bool) {
        self.id = id
        self.byteCount = byteCount
        self.isOpen = isOpen
    }
}

/// One session of appending.
public protocol BlobWriter: Sendable {
    /// Appends a blob and answers where it will lie. Not durable before ``commit()``.
    func append(_ bytes: ByteBuffer) async throws -> BlobLocation

    /// Appends a blob of exactly `length` bytes that `body` hands over in pieces of any size, at bounded memory.
    /// Throws `invalidLength` when the pieces do not add up.
    func append(
        length: UInt64, _ body: @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async throws -> BlobLocation

    /// Makes everything appended so far durable: when it returns, the bytes survive power loss. Writers that commit at
    /// the same time share one fsync.
    func commit() async throws

    /// Ends the session. Bytes that were not committed may vanish; committed ones stay.
    func close() async
}
