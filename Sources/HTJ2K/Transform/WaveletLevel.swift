/// The four sub-bands that a level of the transform joins into, or splits out of, one plane; strides count elements.
struct WaveletLevel {
    var ll: UnsafeMutableRawPointer
    var llStride: Int
    var hl: UnsafeMutableRawPointer
    var hlStride: Int
    var lh: UnsafeMutableRawPointer
    var lhStride: Int
    var hh: UnsafeMutableRawPointer
    var hhStride: Int
    /// Size of the joined plane, and 1 where its first column or row has an odd coordinate.
    var width: Int
    var height: Int
    var oddX: Int
    var oddY: Int

    /// The rows of the low and the high sub-band that make up row `y` of the plane.
    @inline(__always)
    func bands<Element>(
        row y: Int, of _: Element.Type
    ) -> (low: UnsafeMutablePointer<Element>, high: UnsafeMutablePointer<Element>) {
        let index = y &>> 1
        let isOdd = isOdd(y)
        let low = (isOdd ? lh : ll).assumingMemoryBound(to: Element.self)
        let high = (isOdd ? hh : hl).assumingMemoryBound(to: Element.self)
        return (low + index &* (isOdd ? lhStride : llStride), high + index &* (isOdd ? hhStride : hlStride))
    }

    /// Whether row `y` of the plane has an odd coordinate: its vertical filter is the high-pass one.
    @inline(__always)
    func isOdd(_ y: Int) -> Bool {
        (y &+ oddY) & 1 == 1
    }
}

/// The rows of a plane, all of them or as many of the last as there are places for.
struct RowWindow<Element> {
    private let base: UnsafeMutablePointer<Element>
    private let stride: Int
    private let mask: Int
    private let height: Int

    /// All `height` rows.
    init(plane base: UnsafeMutablePointer<Element>, stride: Int, height: Int) {
        (self.base, self.stride, self.mask, self.height) = (base, stride, -1, height)
    }

    /// The last four rows, which is what lifting looks back at.
    init(lastFour base: UnsafeMutablePointer<Element>, stride: Int, height: Int) {
        (self.base, self.stride, self.mask, self.height) = (base, stride, 3, height)
    }

    @inline(__always)
    subscript(y: Int) -> UnsafeMutablePointer<Element> {
        base + (y & mask) &* stride
    }

    /// The row above, mirrored at the top.
    @inline(__always)
    func above(_ y: Int) -> UnsafeMutablePointer<Element> {
        self[y >= 1 ? y &- 1 : y &+ 1]
    }

    /// The row below, mirrored at the bottom.
    @inline(__always)
    func below(_ y: Int) -> UnsafeMutablePointer<Element> {
        self[y &+ 1 < height ? y &+ 1 : y &- 1]
    }
}
