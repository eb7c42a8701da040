/// What a quad of the cleanup pass learns from its neighbours, for decoder and encoder alike.
enum CleanupContext {
    /// The context c_q of a quad (T.814 7.3.5) from rho of the quad before it and, in other rows than the first, from the
    /// records of the row above, whose low four bits are rho.
    @inline(__always)
    static func of(_ quad: Int, left: UInt32, above: UnsafeMutablePointer<UInt32>, isFirstRow: Bool)
        -> UInt32
    {
        if isFirstRow { return beside(left, isFirstRow: true) }
        let north = above[quad]
        let behind = (above[quad &- 1] &>> 3 | north &>> 1) & 1
        let ahead = (north &>> 1 | above[quad &+ 1] &<< 1) & 4
        return beside(left, isFirstRow: false) | behind | ahead
    }

    /// The part of a context that comes from rho of the quad before.
    @inline(__always)
    static func beside(_ left: UInt32, isFirstRow: Bool) -> UInt32 {
        isFirstRow ? (left &>> 1 | left & 1) & 7 : (left &>> 1 | left &>> 2) & 2
    }

    /// The parts of the contexts of eight quads that come from the row above.
    @inline(__always)
    static func ofEight(_ quad: Int, above: UnsafeMutablePointer<UInt32>) -> SIMD8<UInt32> {
        let north = UnsafeRawPointer(above + quad)
        let west = (north - 4).loadUnaligned(as: SIMD8<UInt32>.self)
        let east = (north + 4).loadUnaligned(as: SIMD8<UInt32>.self)
        let half = north.loadUnaligned(as: SIMD8<UInt32>.self) &>> 1
        return (west &>> 3 | half) & 1 | (half | east &<< 1) & 4
    }

    /// 2μ - 1 of a word, whose bit length is its exponent (T.814 7.3.7); 0 of an insignificant one.
    @inline(__always)
    static func length<Word: CoefficientWord>(_ word: Word) -> Word {
        word == 0 ? 0 : (word &- 2) | 1
    }
}
