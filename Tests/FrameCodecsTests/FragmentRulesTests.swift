import DICOM
import Testing

@testable import FrameCodecs

/// Encapsulated pixel data.
struct FragmentRulesTests {
    private static let baseline = "1.2.840.10008.1.2.4.50"

    private func frames(
        _ fragments: [[UInt8]], table: [UInt32] = [], extended: ExtendedOffsetTable? = nil, number: Int?,
        uid: String = baseline, isTerminated: Bool = true
    ) throws -> (frames: [[UInt8]], warnings: [FrameWarning.Code]) {
        let (pixelData, content) = encapsulated(fragments, table: table, isTerminated: isTerminated)
        let bytes = PixelDataBytes(pixelData, of: content)
        let layout = try FrameLayout(
            pixelData, PixelDescription(rows: 1, columns: 1, bitsAllocated: 8, numberOfFrames: number), bytes: bytes,
            transferSyntaxUID: uid, extendedOffsetTable: extended)
        return (try (0..<layout.frameCount).map { try layout.frame($0, of: bytes) }, layout.warnings.map(\.code))
    }

    private func failure(
        _ fragments: [[UInt8]], table: [UInt32] = [], number: Int?, uid: String = baseline, isTerminated: Bool = true
    ) -> FrameWarning.Code? {
        do {
            _ = try frames(fragments, table: table, number: number, uid: uid, isTerminated: isTerminated)
            return nil
        } catch {
            return (error as? FrameLayout.Failure)?.warning.code
        }
    }

    @Test func oneFrameIsAllFragments() throws {
        let found = try frames([Array(jpeg(1).prefix(4)), Array(jpeg(1).suffix(4))], number: 1)
        #expect(found.frames == [jpeg(1)])
        #expect(found.warnings.isEmpty)
    }

    @Test func asManyFragmentsAsFramesAreOneEach() throws {
        #expect(try frames([jpeg(1), jpeg(2), jpeg(3)], number: 3).frames == [jpeg(1), jpeg(2), jpeg(3)])
        #expect(try frames([[1], [2]], number: 2, uid: "1.2.3").frames == [[1], [2]])
    }

    @Test func theOffsetTablePartsFragments() throws {
        // Items of 8 + 8, 8 + 2 and 8 + 8 bytes: frames begin at 0 and 26.
        let found = try frames([jpeg(1), [0, 0], jpeg(2)], table: [0, 26], number: 2)
        #expect(found.frames == [jpeg(1) + [0, 0], jpeg(2)])
        #expect(found.warnings.isEmpty)
    }

    @Test func theExtendedOffsetTableGoesFirstAndDropsPadding() throws {
        let found = try frames(
            [jpeg(1), jpeg(2) + [0]], table: [7, 7], extended: ExtendedOffsetTable(offsets: [0, 16], lengths: [8, 8]),
            number: 2)
        #expect(found.frames == [jpeg(1), jpeg(2)])
        #expect(found.warnings.isEmpty)
    }

    @Test func aFalseExtendedTableGivesWayToTheBasicOne() throws {
        let found = try frames(
            [jpeg(1), jpeg(2)], table: [0, 16], extended: ExtendedOffsetTable(offsets: [0, 17], lengths: []), number: 2)
        #expect(found.frames == [jpeg(1), jpeg(2)])
        #expect(found.warnings == [.invalidOffsetTable])
    }

    @Test func imagesShowWhereFramesBegin() throws {
        let found = try frames(
            [jpeg(1), [9, 9], jpeg(2), jpeg(3), [8, 8]], number: 3)
        #expect(found.frames == [jpeg(1) + [9, 9], jpeg(2), jpeg(3) + [8, 8]])
    }

    @Test(
        arguments: [[0], [0, 8], [0, 17, 32], [0, 32, 16], [0, 0, 16], [8, 24, 40], [0, 16, 4_294_967_295]]
            as [[UInt32]])
    func aFalseTableIsRebuiltFromItems(table: [UInt32]) throws {
        let found = try frames([jpeg(1), jpeg(2), jpeg(3)], table: table, number: 3)
        #expect(found.frames == [jpeg(1), jpeg(2), jpeg(3)])
        #expect(found.warnings == [.invalidOffsetTable])
    }

    @Test func aFalseTableOverFragmentsThatShowNothingIsFatal() {
        #expect(failure([[1], [2], [3]], table: [0, 5], number: 2, uid: "1.2.3") == .invalidOffsetTable)
    }

    @Test func framesThatAreNotThereAreMissed() {
        #expect(failure([jpeg(1)], number: 3) == .frameNumberMismatch)
        #expect(failure([], number: 1) == .frameNumberMismatch)
        #expect(failure([[], []], number: 2) == .frameNumberMismatch)
        #expect(failure([jpeg(1), []], number: 2) == .frameNumberMismatch)
    }

    @Test func moreImagesThanFramesAreAMismatch() {
        #expect(failure([jpeg(1), jpeg(2), jpeg(3)], number: 2) == .frameNumberMismatch)
        #expect(failure([jpeg(1), jpeg(2)], number: 1) == .frameNumberMismatch)
    }

    @Test func fragmentsThatShowNothingCannotBeParted() {
        #expect(failure([[1], [2], [3]], number: 2, uid: "1.2.3") == .framesExtractionFailure)
        #expect(failure([[1], [2], [3]], number: 2) == .framesExtractionFailure)
    }

    @Test func anUnknownNumberOfFramesIsCounted() throws {
        #expect(try frames([jpeg(1), [9, 9], jpeg(2)], number: nil).frames.count == 2)
        #expect(try frames([jpeg(1), jpeg(2)], table: [0, 16], number: nil).frames.count == 2)
    }

    @Test func aFileCutInsideItsLastImageIsNotTakenApart() throws {
        #expect(
            failure([jpeg(1), Array(jpeg(2).dropLast())], number: 2, isTerminated: false) == .framesExtractionFailure)
        #expect(try frames([jpeg(1), jpeg(2) + [0]], number: 2, isTerminated: false).frames.count == 2)
    }

    @Test(
        arguments: [
            ("1.2.840.10008.1.2.4.80", [0xFF, 0xD8, 0xFF, 0xF7, 0, 0, 0, 0, 0, 0, 0, 0]),
            ("1.2.840.10008.1.2.4.90", [0xFF, 0x4F, 0xFF, 0x51, 0, 0, 0, 0, 0, 0, 0, 0]),
            ("1.2.840.10008.1.2.4.202", [0xFF, 0x4F, 0xFF, 0x51, 0, 0, 0, 0, 0, 0, 0, 0]),
            ("1.2.840.10008.1.2.4.90", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
            ("1.2.840.10008.1.2.4.110", [0xFF, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            ("1.2.840.10008.1.2.4.110", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
            ("1.2.840.10008.1.2.5", [3, 0, 0, 0, 64, 0, 0, 0, 9, 0, 0, 0]),
        ] as [(String, [UInt8])])
    func everyFamilyShowsItsImages(uid: String, start: [UInt8]) throws {
        #expect(try frames([start, [1, 1], start], number: 2, uid: uid).frames == [start + [1, 1], start])
    }

    @Test func theTableOfADataSetIsReadWithinBounds() {
        var dataSet = DataSet([
            DataElement(.extendedOffsetTable, .OV, integers: [0, 16]),
            DataElement(.extendedOffsetTableLengths, .OV, integers: [8, 7]),
        ])
        #expect(
            ExtendedOffsetTable(dataSet, content: MemoryBytes([]), maximumCount: 2)
                == ExtendedOffsetTable(offsets: [0, 16], lengths: [8, 7]))
        #expect(ExtendedOffsetTable(dataSet, content: MemoryBytes([]), maximumCount: 1)?.offsets == [])
        dataSet.set(DataElement(.extendedOffsetTable, .OV, .bulk(BulkValue(offset: 0, length: 1 << 40))))
        #expect(ExtendedOffsetTable(dataSet, content: MemoryBytes([]), maximumCount: 2)?.offsets == [])
        #expect(ExtendedOffsetTable(DataSet(), content: MemoryBytes([]), maximumCount: 2) == nil)
    }
}
