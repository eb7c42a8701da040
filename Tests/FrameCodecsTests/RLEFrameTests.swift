import Testing

@testable import FrameCodecs

struct RLEFrameTests {
    /// A frame of segments, after the header of PS3.5 G.5.
    private func frame(_ segments: [[UInt8]], count: Int? = nil) -> [UInt8] {
        var words = [count ?? segments.count]
        var place = 64
        for segment in segments {
            words.append(place)
            place += segment.count
        }
        words += [Int](repeating: 0, count: 16 - words.count)
        return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } + segments.joined()
    }

    private let gray = PixelDescription(rows: 2, columns: 3, bitsAllocated: 8)

    @Test func runsAndLiteralsAreUnpacked() throws {
        // Literal of two, nothing (-128), a run of four (-3).
        #expect(try RLEFrame.decode(frame([[1, 10, 11, 0x80, 0xFD, 7]]), gray) == [10, 11, 7, 7, 7, 7])
    }

    @Test func theMostSignificantByteComesFirst() throws {
        let pixel = PixelDescription(rows: 1, columns: 2, bitsAllocated: 16)
        #expect(try RLEFrame.decode(frame([[1, 0x12, 0x34], [1, 0x56, 0x78]]), pixel) == [0x56, 0x12, 0x78, 0x34])
    }

    @Test func samplesAreInterleavedWhateverThePlanarConfiguration() throws {
        let pixel = PixelDescription(
            rows: 1, columns: 2, samplesPerPixel: 3, bitsAllocated: 8, planarConfiguration: 1)
        #expect(try RLEFrame.decode(frame([[1, 1, 2], [1, 3, 4], [1, 5, 6]]), pixel) == [1, 3, 5, 2, 4, 6])
    }

    @Test func cellsOfOneBitArePackedBytes() throws {
        let pixel = PixelDescription(rows: 3, columns: 3, bitsAllocated: 1)
        #expect(try RLEFrame.decode(frame([[1, 0xAB, 0x01]]), pixel) == [0xAB, 0x01])
    }

    @Test func whatASegmentHasBeyondTheFrameIsPadding() throws {
        #expect(try RLEFrame.decode(frame([[0x81, 5, 0]]), gray) == [UInt8](repeating: 5, count: 6))
    }

    @Test(
        arguments: [
            [], [UInt8](repeating: 0, count: 63), [UInt8](repeating: 0xFF, count: 200),
        ] as [[UInt8]])
    func noHeaderIsRefused(bytes: [UInt8]) {
        #expect(throws: FrameError.self) { try RLEFrame.decode(bytes, gray) }
    }

    @Test func segmentsThatAreFalseAreRefused() {
        for segments: [[UInt8]] in [
            [[5, 1, 2]], [[0xFF]], [[1, 1, 2]], [[]], [[0x80, 0x80, 0x80]],
            [[5, 1, 2, 3, 4, 5, 6], [5, 1, 2, 3, 4, 5, 6]],
        ] {
            #expect(throws: FrameError.self) { try RLEFrame.decode(frame(segments), gray) }
        }
        #expect(throws: FrameError.self) { try RLEFrame.decode(frame([[5, 1, 2, 3, 4, 5, 6]], count: 2), gray) }
    }

    @Test func aHugeFrameFromFewBytesIsRefusedBeforeItIsAllocated() {
        let pixel = PixelDescription(rows: 30_000, columns: 30_000, bitsAllocated: 8)
        #expect(throws: FrameError.self) { try RLEFrame.decode(frame([[0x81, 5]]), pixel) }
    }
}
