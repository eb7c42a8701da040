import DICOM
import Testing

/// Deflated data sets (PS3.5 A.5).
struct DeflatedTests {
    private static let dataSet =
        EncodedBytes.explicit(.modality, "CS", Array("OT".utf8)) + EncodedBytes.explicit(.rows, "US", [16, 0])
        + EncodedBytes.explicit(.pixelData, "OW", [1, 2, 3, 4])

    /// A deflate stream of one stored block (RFC 1951 3.2.4).
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        return [0x01] + EncodedBytes.word(length) + EncodedBytes.word(~length) + bytes
    }

    /// A deflate stream of one block of fixed codes (RFC 1951 3.2.6): a zero, then `runs` times 258 more; 158 to 1.
    private static func zeros(runs: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var pending: UInt32 = 0
        var count = 0
        // Huffman codes go most significant bit first, all else least significant first.
        func append(_ bits: UInt32, _ length: Int, reversed: Bool = false) {
            for index in 0..<length {
                pending |= (bits >> UInt32(reversed ? length - 1 - index : index) & 1) << UInt32(count)
                count += 1
                if count == 8 {
                    bytes.append(UInt8(pending))
                    (pending, count) = (0, 0)
                }
            }
        }
        append(1, 1)  // the last block
        append(1, 2)  // fixed codes
        append(0b0011_0000, 8, reversed: true)  // the byte 0
        for _ in 0..<runs {
            append(0b1100_0101, 8, reversed: true)  // length 258
            append(0, 5, reversed: true)  // distance 1
        }
        append(0, 7)  // end of block
        append(0, 7)  // fill the byte
        return bytes
    }

    @Test func dataSetIsInflated() throws {
        let bytes = try EncodedBytes.file(.deflatedExplicitVRLittleEndian, Self.stored(Self.dataSet))
        let file = try PartTenReader.read(bytes)
        #expect(file.transferSyntaxUID == TransferSyntax.deflatedExplicitVRLittleEndian.uid)
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.content.count == Self.dataSet.count)
        guard case .native(let offset, 4, 4, isBigEndian: false)? = file.pixelData?.form else {
            Issue.record("pixel data lie in the inflated content")
            return
        }
        #expect(try file.content.read(at: offset, count: 4) == [1, 2, 3, 4])
        #expect(file.warnings == [])
    }

    @Test func zlibWrapperIsTakenOff() throws {
        let wrapped: [UInt8] = [0x78, 0x01] + Self.stored(Self.dataSet)  // and no checksum
        let file = try PartTenReader.read(try EncodedBytes.file(.deflatedExplicitVRLittleEndian, wrapped))
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.warningCodes == [.truncatedDeflate])
    }

    @Test func dataSetThatIsNotDeflatedIsRead() throws {
        let file = try PartTenReader.read(try EncodedBytes.file(.deflatedExplicitVRLittleEndian, Self.dataSet))
        #expect(file.dataSet.integer(.rows) == 16)
    }

    @Test func brokenOffStreamGivesWhatIsThere() throws {
        let stream = Self.stored(Self.dataSet).dropLast(2)
        let file = try PartTenReader.read(try EncodedBytes.file(.deflatedExplicitVRLittleEndian, Array(stream)))
        #expect(file.warningCodes == [.truncatedDeflate, .truncatedPixelData])
    }

    @Test func otherBytesAreAnError() throws {
        let bytes = try EncodedBytes.file(.deflatedExplicitVRLittleEndian, [UInt8](repeating: 0xFF, count: 100))
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) } == .invalidDeflate)
    }

    @Test func outputOverTheLimitIsABomb() throws {
        let bytes = try EncodedBytes.file(.deflatedExplicitVRLittleEndian, Self.zeros(runs: 20_000))
        #expect(
            DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumInflatedBytes = 4 << 20 } } == .deflateBomb)
    }

    @Test func ratioOverTheLimitIsABombAboveTheFloor() throws {
        let bytes = try EncodedBytes.file(.deflatedExplicitVRLittleEndian, Self.zeros(runs: 20_000))
        let code = DICOMError.code {
            _ = try PartTenReader.read(bytes) {
                $0.maximumInflateRatio = 100
                $0.inflateRatioFloor = 1 << 20
            }
        }
        #expect(code == .deflateBomb)
        // Below the floor any ratio will do; five megabytes of zeros are then no data set.
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumInflateRatio = 1 } } != .deflateBomb)
    }

    @Test func piecesOfInflatedBytesJoin() throws {
        // 2,580,001 bytes: a value across two boundaries of the inflated pieces.
        let length = UInt32(2_580_001 - 20)
        var stream = Self.zeros(runs: 10_000)
        let head = EncodedBytes.explicit(.modality, "CS", [0x4F, 0x54]) + EncodedBytes.explicit(.pixelData, "OW", [])
        #expect(head.count == 22)
        // A stored block first, not the last one; then the zeros, which refer back to their own first byte.
        stream =
            [0x00] + EncodedBytes.word(UInt16(22)) + EncodedBytes.word(~UInt16(22))
            + EncodedBytes.explicit(.modality, "CS", [0x4F, 0x54])
            + EncodedBytes.explicit(.pixelData, "OW", [], length: length) + stream
        let file = try PartTenReader.read(try EncodedBytes.file(.deflatedExplicitVRLittleEndian, stream))
        #expect(file.content.count == 22 + 2_580_001)
        let bytes = try file.content.read(at: 10, count: 2_500_000)
        #expect(bytes.count == 2_500_000)
        #expect(bytes.dropFirst(12).allSatisfy { $0 == 0 })
        #expect(bytes.prefix(2) == [0xE0, 0x7F])
    }
}
