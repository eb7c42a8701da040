import TestSupport
import Testing

@testable import FrameCodecs

struct PackedBitsTests {
    @Test(arguments: [1, 3, 7, 8, 9, 15, 16, 17, 63, 100])
    func takingApartAndJoiningGivesTheSameBits(bitsPerFrame: Int) {
        var numbers = SeededGenerator(seed: UInt64(bitsPerFrame))
        let count = 11
        var original = (0..<(bitsPerFrame * count + 7) / 8).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        let tail = bitsPerFrame * count % 8
        if tail > 0 { original[original.count - 1] &= UInt8(1 << tail) - 1 }
        let frames = (0..<count).map { index in
            let first = index * bitsPerFrame
            let end = (first + bitsPerFrame + 7) / 8
            return PackedBits.extract(bitsPerFrame, from: original[first / 8..<end], atBit: first % 8)
        }
        #expect(frames.allSatisfy { $0.count == (bitsPerFrame + 7) / 8 })
        #expect(PackedBits.join(frames, bitsPerFrame: bitsPerFrame) == original)
    }

    @Test func paddingBitsOfAFrameAreZero() {
        #expect(PackedBits.extract(3, from: [0xFF, 0xFF], atBit: 6) == [0b111])
    }
}
