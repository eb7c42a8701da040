/// A PPM or PPT segment (T.800 A.7.4, A.7.5): where its part of the packet headers lies.
struct PackedHeaders {
    /// Zppm or Zppt, 0 to 255: the order in which segments are joined.
    var index: Int
    var range: Range<Int>

    /// The parts joined in the order of their indices, and where these are equal in the order given.
    static func join(_ segments: [PackedHeaders], _ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var joined: [UInt8] = []
        for index in 0...255 {
            for segment in segments where segment.index == index { joined += bytes[segment.range] }
        }
        return joined
    }
}
