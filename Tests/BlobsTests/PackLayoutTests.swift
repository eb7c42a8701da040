import Blobs
import Testing

struct PackLayoutTests {
    static let mebibyte: UInt64 = 1 << 20

    /// Plain length, number of segments, physical length.
    static let table: [(length: UInt64, segments: UInt64, sealed: UInt64)] = [
        (0, 1, 16),
        (1, 1, 17),
        (mebibyte - 1, 1, mebibyte + 15),
        (mebibyte, 1, mebibyte + 16),
        (mebibyte + 1, 2, mebibyte + 1 + 32),
        (2 * mebibyte, 2, 2 * mebibyte + 32),
        (4 << 30, 4096, 4 << 30 + 4096 * 16),
        (1 << 46, 1 << 26, 1 << 46 + 1 << 30),
    ]

    @Test(arguments: table)
    func physicalLengthFollowsFromPlainLength(_ row: (length: UInt64, segments: UInt64, sealed: UInt64)) throws {
        let layout = try #require(PackLayout(offset: 1000, length: row.length))
        #expect(layout.segmentCount == row.segments)
        #expect(layout.sealedLength == row.sealed)
        #expect(layout.end == 1000 + row.sealed)
        #expect(PackLayout.sealedLength(of: row.length) == row.sealed)
    }

    @Test(arguments: table)
    func segmentsLieBackToBackAndHoldAllBytes(_ row: (length: UInt64, segments: UInt64, sealed: UInt64)) throws {
        let layout = try #require(PackLayout(offset: 96, length: row.length))
        let last = layout.segment(row.segments - 1)
        #expect(layout.segment(0).offset == 96)
        #expect(layout.segment(0).plainRange.lowerBound == 0)
        #expect(last.plainRange.upperBound == row.length)
        #expect(last.offset + last.sealedLength == layout.end)
        for index in 1..<min(row.segments, 10) where row.segments > 1 {
            let before = layout.segment(index - 1)
            #expect(layout.segment(index).offset == before.offset + before.sealedLength)
            #expect(layout.segment(index).plainRange.lowerBound == before.plainRange.upperBound)
        }
    }

    @Test(
        arguments: [
            (0..<0, 0..<1), (0..<1, 0..<1), (0..<mebibyte, 0..<1), (0..<mebibyte + 1, 0..<2),
            (mebibyte - 1..<mebibyte + 1, 0..<2), (mebibyte..<mebibyte, 1..<2), (mebibyte..<mebibyte + 1, 1..<2),
            (2 * mebibyte..<2 * mebibyte + 5, 2..<3), (2 * mebibyte + 5..<2 * mebibyte + 5, 2..<3),
            (0..<2 * mebibyte + 5, 0..<3),
        ] as [(Range<UInt64>, Range<UInt64>)])
    func rangeTouchesOnlyItsSegments(range: Range<UInt64>, segments: Range<UInt64>) throws {
        let layout = try #require(PackLayout(offset: 96, length: 2 * Self.mebibyte + 5))
        #expect(layout.segments(touching: range) == segments)
    }

    @Test func emptyRangeAtTheEndOfWholeSegmentsTouchesTheLast() throws {
        let layout = try #require(PackLayout(offset: 96, length: Self.mebibyte))
        #expect(layout.segments(touching: Self.mebibyte..<Self.mebibyte) == 0..<1)
    }

    @Test(
        arguments: [(0, 1), (95, 1), (96, 1 << 46 + 1), (96, .max), (1 << 61 + 1, 0), (.max, .max)]
            as [(UInt64, UInt64)])
    func impossiblePlacesAreRefused(offset: UInt64, length: UInt64) {
        #expect(PackLayout(offset: offset, length: length) == nil)
    }
}
