/// A run of bytes of a content.
struct Extent: Sendable, Hashable {
    /// The first byte.
    var offset: Int
    /// The number of bytes.
    var length: Int
}
