import Testing

@testable import FrameCodecs

struct SampleScanTests {
    private func scan(
        _ cells: [Int], allocated: Int, stored: Int? = nil, highBit: Int? = nil,
        _ type: PixelDescription.SampleType = .unsigned
    ) -> SampleScan {
        let bytes = cells.flatMap { cell in (0..<allocated / 8).map { UInt8(truncatingIfNeeded: cell >> (8 * $0)) } }
        return SampleScan(
            bytes,
            PixelDescription(
                rows: 1, columns: cells.count, bitsAllocated: allocated, bitsStored: stored, highBit: highBit,
                sampleType: type))
    }

    @Test func bitsStoredAreEnoughWhenTheRestIsZero() {
        #expect(
            scan([0, 4095, 7], allocated: 16, stored: 12)
                == SampleScan(minimum: 0, maximum: 4095, bitDepth: 12, isSigned: false))
    }

    @Test func bitsStoredAreEnoughWhenTheRestIsTheSign() {
        #expect(
            scan([-2048, 2047], allocated: 16, stored: 12, .signed)
                == SampleScan(minimum: -2048, maximum: 2047, bitDepth: 12, isSigned: true))
    }

    @Test func overlayBitsAboveTheSampleKeepTheWholeCell() {
        #expect(
            scan([0x8123, 0x0FFF], allocated: 16, stored: 12)
                == SampleScan(minimum: 0x123, maximum: 0xFFF, bitDepth: 16, isSigned: false))
    }

    @Test func aSignThatIsNotExtendedKeepsTheWholeCell() {
        // -1 in 12 bits, padded with zeros.
        #expect(
            scan([0x0FFF, 5], allocated: 16, stored: 12, .signed)
                == SampleScan(minimum: -1, maximum: 5, bitDepth: 16, isSigned: true))
    }

    @Test func samplesInHigherBitsKeepTheWholeCell() {
        #expect(
            scan([0x1230, 0x0040], allocated: 16, stored: 12, highBit: 15)
                == SampleScan(minimum: 4, maximum: 0x123, bitDepth: 16, isSigned: false))
        #expect(
            scan([0xFFF0, 0x0040], allocated: 16, stored: 12, highBit: 15, .signed)
                == SampleScan(minimum: -1, maximum: 4, bitDepth: 16, isSigned: true))
    }

    @Test(arguments: [8, 16, 32])
    func everyWidthReachesItsLimits(width: Int) {
        let top = 1 << width
        #expect(
            scan([0, top - 1], allocated: width)
                == SampleScan(minimum: 0, maximum: top - 1, bitDepth: width, isSigned: false))
        #expect(
            scan([-top / 2, top / 2 - 1], allocated: width, .signed)
                == SampleScan(minimum: -top / 2, maximum: top / 2 - 1, bitDepth: width, isSigned: true))
    }

    @Test(arguments: [8, 16, 32], [false, true])
    func oneStoredBitIsFound(width: Int, isSigned: Bool) {
        let found = scan([0, isSigned ? -1 : 1], allocated: width, stored: 1, isSigned ? .signed : .unsigned)
        #expect(found.bitDepth == 1)
    }
}
