/// Names one append-only pack of a blob store.
public struct PackID: RawRepresentable, Hashable, Comparable, Sendable {
    /// The pack's number, from 1; never given twice to packs that a location was committed in.
    public var rawValue: UInt64

    /// Wraps a pack number.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Orders packs by age.
    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Where a blob lies: in which pack, at which byte, and how long it is.
///
/// A location is all that is kept of a blob outside its pack. It is bound into the blob's authentication tags, so a
/// location that was altered reads as `corrupted`, never as other bytes.
public struct BlobLocation: Hashable, Sendable {
    /// The pack that holds it.
    public var pack: PackID
    /// The first physical byte of its first segment in the pack.
    public var offset: UInt64
    /// The length of its plain bytes; the physical extent follows from it (see ``PackLayout``).
    public var length: UInt64

    /// Gathers the parts.
    public init(pack: PackID, offset: UInt64, length: UInt64) {
        self.pack = pack
        self.offset = offset
        self.length = length
    }
}
