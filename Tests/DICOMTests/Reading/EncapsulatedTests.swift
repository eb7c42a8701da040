import DICOM
import Testing

/// Encapsulated pixel data (PS3.5 A.4).
struct EncapsulatedTests {
    private static let rows = EncodedBytes.explicit(.rows, "US", [16, 0])
    private static let header: [UInt8] = [
        0xE0, 0x7F, 0x10, 0x00,  // (7FE0,0010) Pixel Data
        0x4F, 0x42, 0x00, 0x00,  // OB, reserved
        0xFF, 0xFF, 0xFF, 0xFF,  // undefined length
    ]

    private func read(_ pixels: [UInt8]) throws -> (file: PartTenFile, start: Int) {
        let head = try EncodedBytes.file(.jpegBaseline, Self.rows + Self.header)
        return (try PartTenReader.read(head + pixels), head.count)
    }

    private func encapsulated(_ file: PartTenFile) -> Encapsulated? {
        if case .encapsulated(let encapsulated)? = file.pixelData?.form { encapsulated } else { nil }
    }

    @Test func tableAndFragmentsAreLocated() throws {
        let (file, start) = try read([
            0xFE, 0xFF, 0x00, 0xE0,  // Item: the basic offset table
            0x08, 0x00, 0x00, 0x00,  // 8 bytes
            0x00, 0x00, 0x00, 0x00,  // frame 1 at 0
            0x0C, 0x00, 0x00, 0x00,  // frame 2 at 12
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x04, 0x00, 0x00, 0x00,  // 4 bytes
            0xFF, 0xD8, 0xFF, 0xD9,
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x08, 0x00, 0x00, 0x00,  // 8 bytes, which look like a delimiter
            0xFE, 0xFF, 0xDD, 0xE0, 0x00, 0x00, 0x00, 0x00,
            0xFE, 0xFF, 0xDD, 0xE0,  // Sequence Delimitation Item
            0x00, 0x00, 0x00, 0x00,
        ])
        #expect(
            encapsulated(file)
                == Encapsulated(
                    basicOffsetTable: [0, 12],
                    fragments: [
                        .init(offset: start + 24, length: 4, itemOffset: start + 16),
                        .init(offset: start + 36, length: 8, itemOffset: start + 28),
                    ], isTerminated: true, firstItemOffset: start + 16))
        #expect(file.pixelData?.vr == .OB)
        #expect(file.warnings == [])
    }

    @Test func elementsAfterTheDelimiterAreRead() throws {
        let padding = EncodedBytes.explicit(.dataSetTrailingPadding, "OB", [0, 0])
        let (file, _) = try read(EncodedBytes.item([]) + EncodedBytes.sequenceDelimiter + padding)
        #expect(encapsulated(file)?.fragments == [])
        #expect(file.dataSet.elements.map(\.tag) == [.rows, .dataSetTrailingPadding])
    }

    @Test func missingDelimiterIsAWarning() throws {
        let (file, _) = try read(EncodedBytes.item([]) + EncodedBytes.item([1, 2]))
        #expect(encapsulated(file)?.isTerminated == false)
        #expect(encapsulated(file)?.fragments.map(\.length) == [2])
        #expect(file.warningCodes == [.malformedEncapsulation])
    }

    @Test(arguments: [100, 0xFFFF_FFFE, EncodedBytes.undefined] as [UInt32])
    func cutFragmentKeepsWhatIsThere(_ length: UInt32) throws {
        let (file, _) = try read(EncodedBytes.item([]) + EncodedBytes.item([1, 2, 3], length: length))
        #expect(encapsulated(file)?.fragments.map(\.length) == [3])
        #expect(encapsulated(file)?.isTerminated == false)
        #expect(file.warningCodes.first == .truncatedPixelData)
    }

    @Test func offsetTableThatIsNoListOfOffsetsIsLeftOut() throws {
        let (file, _) = try read(
            EncodedBytes.item([1, 2, 3]) + EncodedBytes.item([1, 2]) + EncodedBytes.sequenceDelimiter)
        #expect(encapsulated(file)?.basicOffsetTable == [])
        #expect(encapsulated(file)?.fragments.map(\.length) == [2])
        #expect(file.warningCodes == [.malformedEncapsulation])
    }

    @Test func somethingElseEndsTheFragments() throws {
        let (file, _) = try read(
            EncodedBytes.item([]) + EncodedBytes.item([1, 2]) + EncodedBytes.explicit(.dataSetTrailingPadding, "OB", [])
        )
        #expect(encapsulated(file)?.isTerminated == false)
        #expect(file.dataSet.contains(.dataSetTrailingPadding))
        #expect(file.warningCodes == [.malformedEncapsulation])
    }

    @Test func fragmentsWithinADefinedLengthAreFound() throws {
        let stream = EncodedBytes.item([]) + EncodedBytes.item([1, 2]) + EncodedBytes.sequenceDelimiter
        let pixels = EncodedBytes.explicit(.pixelData, "OB", stream)
        let file = try PartTenReader.read(try EncodedBytes.file(.jpegBaseline, Self.rows + pixels))
        #expect(encapsulated(file)?.fragments.map(\.length) == [2])
        let native = try PartTenReader.read(try EncodedBytes.file(.explicitVRLittleEndian, Self.rows + pixels))
        #expect(encapsulated(native) == nil)
    }

    @Test func fragmentsAreBounded() throws {
        let items = (0..<11).flatMap { _ in EncodedBytes.item([]) }
        let bytes = try EncodedBytes.file(.jpegBaseline, Self.rows + Self.header + items)
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumFragments = 9 } } == .tooLarge)
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumFragments = 10 } } == nil)
    }

    /// An icon's fragments stay in its item, as the stream they are, delimiter included.
    @Test func encapsulatedIconIsKeptAsAStream() throws {
        let stream = EncodedBytes.item([]) + EncodedBytes.item([1, 2]) + EncodedBytes.sequenceDelimiter
        let icon = EncodedBytes.explicit(.iconImageSequence, "SQ", EncodedBytes.item(Self.header + stream))
        let file = try PartTenReader.read(try EncodedBytes.file(.jpegBaseline, Self.rows + icon))
        let item = try #require(file.dataSet.items(.iconImageSequence).first)
        #expect(item[.pixelData] == DataElement(.pixelData, .OB, .bytes(stream[...])))
        #expect(file.pixelData == nil)
    }
}
