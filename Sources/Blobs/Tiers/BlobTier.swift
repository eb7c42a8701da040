/// A place that blobs are kept in, known by the numbers of its packs: a location alone tells where its bytes lie.
public enum BlobTier: Sendable, CaseIterable {
    /// Where blobs are written, and read often.
    case frequent
    /// Where blobs lie that are seldom read.
    case archive

    /// The lowest number of the tier's packs. No store will ever have given out the 2⁶² numbers below the archive's.
    public var firstPack: PackID {
        switch self {
        case .frequent: PackID(rawValue: 1)
        case .archive: PackID(rawValue: 1 << 62 | 1)
        }
    }
}

extension PackID {
    /// The tier that the pack is of.
    public var tier: BlobTier {
        self < BlobTier.archive.firstPack ? .frequent : .archive
    }
}
