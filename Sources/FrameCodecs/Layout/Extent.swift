/// A run of bytes of a content.
public struct Extent: Sendable, Hashable {
    /// The first byte.
    public var offset: Int
    /// The number of bytes.
    public var length: Int

    /// The `length` bytes at `offset`.
    public init(offset: Int, length: Int) {
        self.offset = offset
        self.length = length
    }
}
