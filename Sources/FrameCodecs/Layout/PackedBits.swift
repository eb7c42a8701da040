/// Frames of 1-bit cells, which native pixel data packs without regard to bytes (PS3.5 8.1.1).
///
/// We keep every such frame from a byte of its own, so that it can be served alone. Joining the frames again gives the
/// pixel data back bit by bit; bits and bytes of padding after the last pixel come back as 0.
public enum PackedBits {
    /// `count` bits of `bytes` from bit `start` (0...7, counted from the lowest bit of the first byte), moved to a byte
    /// border.
    static func extract(_ count: Int, from bytes: ArraySlice<UInt8>, atBit start: Int) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: (count + 7) / 8)
        bytes.withUnsafeBytes { source in
            for index in frame.indices {
                let low = UInt16(source[index])
                let high = index + 1 < source.count ? UInt16(source[index + 1]) : 0
                frame[index] = UInt8(truncatingIfNeeded: (low | high << 8) >> UInt16(start))
            }
        }
        if !count.isMultiple(of: 8), let last = frame.indices.last {
            frame[last] &= UInt8(truncatingIfNeeded: (1 << (count % 8)) - 1)
        }
        return frame
    }

    /// Joins frames of `bitsPerFrame` bits, each from a byte of its own, to native pixel data.
    ///
    /// For streams: what ``append(_:)`` gives is done; the byte in which a frame ends stays open until ``finish()``.
    public struct Joiner: Sendable {
        private let bitsPerFrame: Int
        private var openBits = 0
        private var open: UInt8 = 0

        /// Joins frames of `bitsPerFrame` bits.
        public init(bitsPerFrame: Int) {
            self.bitsPerFrame = max(bitsPerFrame, 0)
        }

        /// The bytes that `frame` completes. Bits beyond the frame's own are not looked at; missing ones are 0.
        public mutating func append(_ frame: [UInt8]) -> [UInt8] {
            var joined: [UInt8] = []
            joined.reserveCapacity(frame.count + 1)
            var left = bitsPerFrame
            var index = 0
            while left > 0 {
                let bits = min(left, 8)
                let byte = index < frame.count ? frame[index] & UInt8(truncatingIfNeeded: (1 << bits) - 1) : 0
                let word = UInt16(open) | UInt16(byte) << UInt16(openBits)
                open = UInt8(truncatingIfNeeded: word)
                openBits += bits
                if openBits >= 8 {
                    joined.append(open)
                    open = UInt8(truncatingIfNeeded: word >> 8)
                    openBits -= 8
                }
                left -= bits
                index += 1
            }
            return joined
        }

        /// The last byte when frames end inside it; its unused bits are 0. Padding to even length is the writer's.
        public mutating func finish() -> [UInt8] {
            defer { (open, openBits) = (0, 0) }
            return openBits > 0 ? [open] : []
        }
    }

    /// Joins `frames` of `bitsPerFrame` bits each; see ``Joiner``.
    public static func join(_ frames: [[UInt8]], bitsPerFrame: Int) -> [UInt8] {
        var joiner = Joiner(bitsPerFrame: bitsPerFrame)
        var joined: [UInt8] = []
        for frame in frames { joined += joiner.append(frame) }
        return joined + joiner.finish()
    }
}
