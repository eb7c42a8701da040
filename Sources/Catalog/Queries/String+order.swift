extension String {
    /// Whether this text comes before `other` by Unicode scalars: the order of their UTF-8 bytes, and SQL's binary one.
    package func precedes(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
