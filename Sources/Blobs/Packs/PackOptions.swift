/// The bounds of a pack store.
public struct PackOptions: Sendable, Hashable {
    /// The length from which on a pack is not appended to any more, in bytes. A longer blob gets a pack to itself.
    public var maximumPackLength: UInt64
    /// The most sealed packs that are kept open for reading, at one descriptor each. Opening one that is not costs some
    /// 20 µs on top of the read.
    public var maximumOpenPacks: Int
    /// Which numbers the packs get; those of other tiers are not this store's.
    public var tier: BlobTier
    /// Whether the folder is this process's alone. Only then is removed what a crash left: to another process the same
    /// file may be a pack that is just being made.
    public var ownsFolder: Bool

    /// Gathers the bounds: 1 GiB and 128 packs by default.
    public init(
        maximumPackLength: UInt64 = 1 << 30, maximumOpenPacks: Int = 128, tier: BlobTier = .frequent,
        ownsFolder: Bool = true
    ) {
        precondition(maximumPackLength > PackLayout.headerLength, "a pack must be longer than its header")
        precondition(maximumOpenPacks > 0, "one pack must be kept open at least")
        self.maximumPackLength = maximumPackLength
        self.maximumOpenPacks = maximumOpenPacks
        self.tier = tier
        self.ownsFolder = ownsFolder
    }
}
