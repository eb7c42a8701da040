import DICOM
import Testing

/// Elements that are not as PS3.5 wants them.
struct ToleranceTests {
    private static let modality = EncodedBytes.explicit(.modality, "CS", Array("OT".utf8))
    private static let rows = EncodedBytes.explicit(.rows, "US", [16, 0])

    private func read(_ dataSet: [UInt8]...) throws -> PartTenFile {
        try PartTenReader.read(try EncodedBytes.file(.explicitVRLittleEndian, dataSet.flatMap(\.self)))
    }

    @Test(
        arguments: [
            // ZZ with two reserved bytes and four of length, as PS3.5 6.2 promises of new VRs
            (
                [0x18, 0x00, 0x50, 0x00, 0x5A, 0x5A, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x31, 0x32],
                ReadingWarning.Code.unknownVR
            ),
            // ZZ with a two-byte length
            ([0x18, 0x00, 0x50, 0x00, 0x5A, 0x5A, 0x02, 0x00, 0x31, 0x32], .unknownVR),
            // blanks
            ([0x18, 0x00, 0x50, 0x00, 0x20, 0x20, 0x02, 0x00, 0x31, 0x32], .unknownVR),
            // zeros and a two-byte length
            ([0x18, 0x00, 0x50, 0x00, 0x00, 0x00, 0x02, 0x00, 0x31, 0x32], .unknownVR),
            // a single element in implicit VR
            ([0x18, 0x00, 0x50, 0x00, 0x02, 0x00, 0x00, 0x00, 0x31, 0x32], .encodingMismatch),
        ] as [([UInt8], ReadingWarning.Code)])
    func elementWithoutAKnownVRIsReadOn(_ bytes: [UInt8], _ code: ReadingWarning.Code) throws {
        let file = try read(Self.modality, bytes, Self.rows)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .sliceThickness, .rows])
        #expect(file.dataSet.decimal(.sliceThickness) == 12)
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.warningCodes == [code])
    }

    @Test func longVRWithATwoByteLengthIsRead() throws {
        // (0040,A160) Text Value, UT, 2 bytes, where two reserved bytes and a four-byte length should be
        let bytes: [UInt8] = [0x40, 0x00, 0x60, 0xA1, 0x55, 0x54, 0x02, 0x00, 0x41, 0x42]
        let file = try read(Self.rows, bytes, EncodedBytes.explicit(.dataSetTrailingPadding, "OB", [0, 0]))
        #expect(file.dataSet.string(Tag(0x0040, 0xA160)) == "AB")
        #expect(file.dataSet.contains(.dataSetTrailingPadding))
    }

    @Test func oddLengthIsKept() throws {
        let file = try read(EncodedBytes.explicit(.modality, "CS", [0x4F]), Self.rows)
        #expect(file.dataSet[.modality]?.value.bytes == [0x4F])
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.warningCodes == [.oddLength])
    }

    @Test func groupLengthsAreDropped() throws {
        let length = EncodedBytes.explicit(Tag(0x0008, 0x0000), "UL", [10, 0, 0, 0])
        let file = try read(length, Self.modality)
        #expect(file.dataSet.elements.map(\.tag) == [.modality])
        #expect(file.warnings == [])
    }

    @Test func laterDuplicateStaysAndOrderIsRestored() throws {
        let file = try read(Self.rows, Self.modality, EncodedBytes.explicit(.rows, "US", [32, 0]))
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .rows])
        #expect(file.dataSet.integer(.rows) == 32)
        #expect(Set(file.warningCodes) == [.unorderedElements, .duplicateElement])
    }

    @Test func commandAndFileMetaElementsAreLeftOut() throws {
        let stray = EncodedBytes.explicit(Tag(0x0002, 0x0013), "SH", [0x41, 0x42])
        let file = try read(Self.modality, stray, Self.rows)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .rows])
        #expect(file.warningCodes == [.discardedElement])
    }

    @Test(arguments: [1, 7, 8, 500, 70_000])
    func trailingZerosAreLeftOut(_ count: Int) throws {
        let file = try read(Self.modality, Self.rows, [UInt8](repeating: 0, count: count))
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .rows])
        #expect(file.warningCodes == [.trailingBytes])
    }

    @Test func zerosBetweenElementsAreSteppedOver() throws {
        let file = try read(Self.modality, [UInt8](repeating: 0, count: 24), Self.rows)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .rows])
        #expect(file.warningCodes == [.discardedElement])
    }

    /// A tag of zeros under a VR field that is not zero once made the reader step nowhere, for ever.
    @Test func zeroTagWithLettersIsSteppedOver() throws {
        let file = try read(Self.modality, [0, 0, 0, 0, 0x41, 0x42, 0, 0], Self.rows)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .rows])
    }

    @Test func bytesThatAreNoElementEndTheirItemOnly() throws {
        let id = EncodedBytes.explicit(.patientID, "LO", [0x31, 0x20])
        let garbage: [UInt8] = [0x18, 0x00, 0x50, 0x00, 0x5A, 0x5A, 0xFF, 0x7F, 0x31, 0x32]
        let items = EncodedBytes.item(id + garbage) + EncodedBytes.item(id)
        let file = try read(EncodedBytes.explicit(.referencedStudySequence, "SQ", items), Self.rows)
        #expect(file.dataSet.items(.referencedStudySequence).map(\.count) == [1, 1])
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.warningCodes == [.discardedElement])
    }

    @Test func anythingAfterPixelDataIsLeftOut() throws {
        let pixels = EncodedBytes.explicit(.pixelData, "OW", [1, 2])
        let file = try read(Self.modality, pixels, Array("<end of file>".utf8))
        #expect(file.dataSet.elements.map(\.tag) == [.modality])
        #expect(file.pixelData != nil)
        #expect(file.warningCodes == [.trailingBytes])
    }

    @Test func realElementsAfterPixelDataAreKept() throws {
        let padding = EncodedBytes.explicit(.dataSetTrailingPadding, "OB", [0, 0])
        let file = try read(Self.modality, EncodedBytes.explicit(.pixelData, "OW", [1, 2]), padding)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .dataSetTrailingPadding])
        #expect(file.warnings == [])
    }

    @Test func truncatedPixelDataAreAWarning() throws {
        let file = try read(Self.modality, EncodedBytes.explicit(.pixelData, "OW", [1, 2], length: 100))
        guard case .native(_, 2, 100, isBigEndian: false)? = file.pixelData?.form else {
            Issue.record("two of a hundred bytes are there")
            return
        }
        #expect(file.warningCodes == [.truncatedPixelData])
    }

    @Test func truncatedHeaderIsAnErrorWithTagAndOffset() throws {
        let name = EncodedBytes.explicit(.patientName, "PN", Array("A^B".utf8), length: 20)
        let bytes = try EncodedBytes.file(.explicitVRLittleEndian, Self.modality + name)
        let place = bytes.count - name.count
        #expect(throws: DICOMError(.truncated, tag: .patientName, offset: place, "")) { try PartTenReader.read(bytes) }
    }

    @Test func unknownVRWithoutALengthThatFitsIsAnError() throws {
        let bytes: [UInt8] = [0x18, 0x00, 0x50, 0x00, 0x5A, 0x5A, 0xFF, 0x7F, 0x31, 0x32]
        #expect(DICOMError.code { _ = try read(Self.modality, bytes) } == .invalidVR)
    }

    @Test func undefinedLengthOfTextIsAnError() throws {
        let text = EncodedBytes.explicit(Tag(0x0008, 0x0119), "UC", Array("AB".utf8), length: EncodedBytes.undefined)
        #expect(DICOMError.code { _ = try read(Self.modality, text, Self.rows) } == .invalidLength)
    }

    /// PS3.5 6.2.2: UN of a standard attribute is read as what PS3.6 says, UN of undefined length as a sequence.
    @Test func unknownValuesOfKnownAttributesGetTheirVR() throws {
        let item = EncodedBytes.item(EncodedBytes.implicit(.patientID, [0x31, 0x20]))
        let file = try read(
            EncodedBytes.explicit(.modality, "UN", Array("OT".utf8)),
            EncodedBytes.explicit(.referencedStudySequence, "UN", item),
            EncodedBytes.explicit(Tag(0x0009, 0x0010), "UN", Array("OWNER ".utf8)),
            EncodedBytes.explicit(Tag(0x0009, 0x1001), "UN", item),
            EncodedBytes.explicit(Tag(0x0009, 0x1002), "UN", item, length: EncodedBytes.undefined),
            EncodedBytes.sequenceDelimiter)
        #expect(file.dataSet.elements.map(\.vr) == [.CS, .SQ, .LO, .UN, .SQ])
        #expect(file.dataSet.items(.referencedStudySequence).first?.string(.patientID) == "1")
        #expect(file.dataSet.items(Tag(0x0009, 0x1002)).first?.string(.patientID) == "1")
        #expect(file.warnings == [])
    }

    /// Against PS3.5 6.2.2, some writers keep explicit VR inside UN.
    @Test func explicitItemsOfAnUnknownSequenceAreRead() throws {
        let item = EncodedBytes.item(EncodedBytes.explicit(.patientID, "LO", [0x31, 0x20]))
        let file = try read(
            Self.modality, EncodedBytes.explicit(Tag(0x0009, 0x1002), "UN", item, length: EncodedBytes.undefined),
            EncodedBytes.sequenceDelimiter, Self.rows)
        #expect(file.dataSet.items(Tag(0x0009, 0x1002)).first?.string(.patientID) == "1")
        #expect(file.warningCodes == [.encodingMismatch])
    }

    @Test func unknownValueThatIsNoSequenceStaysUnknown() throws {
        let file = try read(
            Self.modality, EncodedBytes.explicit(.referencedStudySequence, "UN", Array("NAMED TYPE".utf8)))
        #expect(file.dataSet[.referencedStudySequence]?.vr == .UN)
        #expect(file.dataSet[.referencedStudySequence]?.value.bytes?.count == 10)
    }

    @Test func warningsAreBounded() throws {
        let odd = EncodedBytes.explicit(.modality, "CS", [0x4F])
        let file = try read((0..<1000).flatMap { _ in odd })
        #expect(file.warnings.filter { $0.code == .oddLength }.count == PartTenReader.Options().maximumWarnings)
        #expect(Set(file.warningCodes) == [.oddLength, .unorderedElements, .duplicateElement])
    }

    @Test func manyHarmlessWarningsHideNoLoss() throws {
        let odd = (0..<200).flatMap { EncodedBytes.explicit(Tag(0x0009, 0x1000 + UInt16($0)), "OB", [1]) }
        let file = try read(odd, EncodedBytes.explicit(Tag(0x0020, 0x0062), "ZZ", [0x4C, 0x20]))
        #expect(file.warningCodes.contains(.unknownVR))
    }

    // MARK: What is cut at the end

    private static let pixels = EncodedBytes.explicit(.pixelData, "OW", [1, 2])

    @Test(arguments: [
        EncodedBytes.explicit(Tag(0xFFFA, 0xFFFA), "SQ", [1, 2, 3, 4], length: 200),
        EncodedBytes.explicit(Tag(0x7FE1, 0x1002), "OB", [1, 2, 3, 4], length: 200),
        // In a sequence of unknown length: what there is of it stays.
        EncodedBytes.explicit(Tag(0xFFFA, 0xFFFA), "SQ", [], length: EncodedBytes.undefined),
        EncodedBytes.explicit(
            Tag(0xFFFA, 0xFFFA), "SQ", EncodedBytes.item(modality, length: EncodedBytes.undefined),
            length: EncodedBytes.undefined),
        EncodedBytes.explicit(
            Tag(0xFFFA, 0xFFFA), "SQ",
            EncodedBytes.item(
                modality + EncodedBytes.explicit(.patientID, "LO", [0x31], length: 20), length: EncodedBytes.undefined),
            length: EncodedBytes.undefined),
        EncodedBytes.explicit(
            Tag(0xFFFA, 0xFFFA), "SQ", EncodedBytes.item(modality, length: 100), length: EncodedBytes.undefined),
    ])
    func anElementThatIsCutBehindWholePixelDataIsALossAndNoFailure(tail: [UInt8]) throws {
        let file = try read(Self.rows, Self.pixels, tail)
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.pixelData != nil)
        #expect(file.warningCodes.contains(.discardedElement))
    }

    @Test func whatAWriterLeftBehindPixelDataIsNoLoss() throws {
        for tail in [Array("left behind by a writer".utf8), [UInt8](repeating: 0, count: 40)] {
            #expect(try read(Self.rows, Self.pixels, tail).warningCodes == [.trailingBytes])
        }
    }

    @Test func anElementThatIsCutBeforePixelDataIsAFailure() {
        let cut = EncodedBytes.explicit(
            Tag(0x0008, 0x1110), "SQ", EncodedBytes.item(Self.modality, length: EncodedBytes.undefined),
            length: EncodedBytes.undefined)
        #expect(throws: DICOMError.self) { try read(Self.modality, cut) }
    }
}
