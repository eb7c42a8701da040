public import NIOCore

/// Keeps immutable blobs in append-only packs.
///
/// The contract, which every back end's test runs (`BlobStoreSuite`):
/// - A blob that a committed writer appended reads back byte-exact until its pack is deleted, or throws ``BlobError``
///   with code `corrupted` or `inputOutput`; it never reads back as something else.
/// - Nothing is modified in place: a pack's byte range is written at most once, and a pack that exists when the store
///   is opened is never appended to again.
/// - A crash before ``BlobWriter/commit()`` returns leaves at worst bytes that no location points to.
/// - Every method MUST be safe to call from any number of tasks; reads also while the pack is still being written.
///
/// The order that keeps an index true: append, commit, record the locations, close the writer. A pack counts as open
/// until the writers that appended to it are closed, so what is committed but not yet recorded is not taken for
/// garbage. Whoever looks for garbage lists the packs first and asks the index what is live afterwards.
public protocol BlobStore: Sendable {
    /// Begins appending. Blobs of one `.own` writer lie together in packs that no other writer shares (an import job);
    /// `.shared` writers append to a common open pack (single STOW requests).
    func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter

    /// Reads a range of a blob's plain bytes, the whole blob when nil, checked against its authentication tags.
    ///
    /// Costs the segments that the range touches, whatever the blob's length. Throws `invalidLength` when the range
    /// passes the blob's end or does not fit one buffer, `missing` when the pack does not exist, `corrupted` when the
    /// bytes are not those that were appended.
    func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer

    /// Every pack there is, by age, with its physical size and whether a writer of this process may append to it.
    func packs() async throws -> [PackDescription]

    /// Ends the pack that `.shared` writers append to; they go on in a new one. The pack is open until those that have
    /// appended to it are closed.
    func seal() async

    /// Frees a pack. Reading from it afterwards throws `missing`. MUST be safe to repeat. Throws `inUse` while the pack
    /// is open.
    func delete(_ pack: PackID) async throws

    /// Closes files and waits for pending syncs; everything throws `closed` afterwards.
    func close() async throws
}

extension BlobStore {
    /// Reads a whole blob.
    public func read(_ location: BlobLocation) async throws -> ByteBuffer {
        try await read(location, range: nil)
    }
}

/// Whose pack a writer appends to, and in which place.
public enum BlobPlacement: Sendable {
    /// Packs that no other writer shares, for locality.
    case own
    /// The open pack that single requests share. A blob too long for a shared pack gets one to itself.
    case shared
    /// Packs in the place for what is seldom read, which no other writer shares. A store without such a place keeps
    /// them with the others.
    case archive
}

/// What is known of a pack from the outside.
public struct PackDescription: Sendable, Hashable {
    /// Its name.
    public var id: PackID
    /// Its physical size in bytes.
    public var byteCount: UInt64
    /// Whether a writer of this process may still append to it, or has appended to it and is not closed.
    public var isOpen: Bool

    /// Gathers the parts.
    public init(id: PackID, byteCount: UInt64, isOpen: Bool) {
        self.id = id
        self.byteCount = byteCount
        self.isOpen = isOpen
    }
}

/// One session of appending.
///
/// After a failed ``append(_:)`` the writer goes on: the blobs before and after it are untouched by the failure. After
/// a failed ``commit()`` nothing appended since the last successful one may be recorded, and asking again cannot heal
/// it: a kernel that failed to write a page has forgotten the page.
public protocol BlobWriter: Sendable {
    /// Appends a blob and answers where it will lie. Not durable before ``commit()``.
    func append(_ bytes: ByteBuffer) async throws -> BlobLocation

    /// Appends a blob on the calling thread, which may have to wait for the disk: for callers that have a thread for
    /// such work, so that no other need be woken. Nil, and nothing is appended, when another pack has to be made for
    /// the blob first, which ``append(_:)`` does.
    func appendHere(_ bytes: [UInt8]) throws -> BlobLocation?

    /// Appends a blob of exactly `length` bytes that `body` hands over in pieces of any size, at bounded memory.
    /// Throws `invalidLength` when the pieces do not add up, and whatever `body` throws.
    func append(
        length: UInt64, _ body: @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async throws -> BlobLocation

    /// Makes everything appended so far durable: when it returns, the bytes survive power loss. Writers that commit at
    /// the same time share one sync.
    func commit() async throws

    /// Ends the session; may be repeated. Bytes that were not committed may vanish; committed ones stay.
    func close() async
}
