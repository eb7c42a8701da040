import DICOM
import Testing

struct PartTenWriterTests {
    private func bytes(_ elements: DataElement...) throws -> [UInt8] {
        try PartTenWriter.dataSetBytes(DataSet(elements)) { _ in [] }
    }

    @Test func elementsAreWrittenInExplicitVRLittleEndian() throws {
        let written = try bytes(
            DataElement(.rows, .US, integers: [512]),
            DataElement(.patientID, .LO, "123"),
            DataElement(Tag(0x0009, 0x1001), .OB, .bytes([0xAB])),
            DataElement(.studyInstanceUID, .UI, "1.2"))
        let expected: [UInt8] = [
            0x09, 0x00, 0x01, 0x10,  // (0009,1001)
            0x4F, 0x42, 0x00, 0x00,  // OB, reserved
            0x02, 0x00, 0x00, 0x00,  // 2 bytes
            0xAB, 0x00,  // padded with zero
            0x10, 0x00, 0x20, 0x00,  // (0010,0020)
            0x4C, 0x4F, 0x04, 0x00,  // LO, 4 bytes
            0x31, 0x32, 0x33, 0x20,  // padded with a space
            0x20, 0x00, 0x0D, 0x00,  // (0020,000D)
            0x55, 0x49, 0x04, 0x00,  // UI, 4 bytes
            0x31, 0x2E, 0x32, 0x00,  // padded with zero
            0x28, 0x00, 0x10, 0x00,  // (0028,0010)
            0x55, 0x53, 0x02, 0x00,  // US, 2 bytes
            0x00, 0x02,
        ]
        #expect(written == expected)
    }

    @Test func sequencesAndItemsHaveDefinedLengths() throws {
        let item = DataSet([DataElement(.patientID, .LO, "1")])
        let written = try bytes(
            DataElement(.referencedStudySequence, items: [DataSet(), item]), DataElement(.contentSequence, items: []))
        let expected: [UInt8] = [
            0x08, 0x00, 0x10, 0x11,  // (0008,1110)
            0x53, 0x51, 0x00, 0x00,  // SQ, reserved
            0x1A, 0x00, 0x00, 0x00,  // 26 bytes
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x00, 0x00, 0x00, 0x00,  // empty
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x0A, 0x00, 0x00, 0x00,  // 10 bytes
            0x10, 0x00, 0x20, 0x00,  // (0010,0020)
            0x4C, 0x4F, 0x02, 0x00,  // LO, 2 bytes
            0x31, 0x20,
            0x40, 0x00, 0x30, 0xA7,  // (0040,A730)
            0x53, 0x51, 0x00, 0x00,  // SQ, reserved
            0x00, 0x00, 0x00, 0x00,  // empty
        ]
        #expect(written == expected)
    }

    /// PS3.5 6.2.2: what a two-byte length cannot hold is written as UN, and known again by its tag.
    @Test(arguments: [(65_534, false), (65_536, true)])
    func valueTooLongForItsVRIsWrittenAsUnknown(_ count: Int, _ isUnknown: Bool) throws {
        let element = DataElement(.imageComments, .LT, .bytes([UInt8](repeating: 0x41, count: count)[...]))
        let written = try bytes(element)
        #expect(written[4..<6].elementsEqual(isUnknown ? [0x55, 0x4E] : [0x4C, 0x54]))
        #expect(written.count == (isUnknown ? 12 : 8) + count)
        #expect(try DataSetReader.read(explicitLittleEndian: written).elements == [element])
        let file = try EncodedBytes.file(.explicitVRLittleEndian, written)
        #expect(try PartTenReader.read(file).dataSet.elements == [element])
    }

    @Test func fileMetaGetsPreamblePrefixVersionAndLength() throws {
        let meta = DataSet([
            DataElement(.transferSyntaxUID, .UI, "1.2"), DataElement(.patientID, .LO, "1"),
            DataElement(.fileMetaInformationGroupLength, .UL, integers: [7]),
        ])
        let written = try PartTenWriter.fileMetaBytes(meta)
        #expect(written[..<128].allSatisfy { $0 == 0 })
        let expected: [UInt8] = [
            0x44, 0x49, 0x43, 0x4D,  // DICM
            0x02, 0x00, 0x00, 0x00,  // (0002,0000)
            0x55, 0x4C, 0x04, 0x00,  // UL, 4 bytes
            0x1A, 0x00, 0x00, 0x00,  // 26
            0x02, 0x00, 0x01, 0x00,  // (0002,0001)
            0x4F, 0x42, 0x00, 0x00,  // OB, reserved
            0x02, 0x00, 0x00, 0x00,  // 2 bytes
            0x00, 0x01,
            0x02, 0x00, 0x10, 0x00,  // (0002,0010)
            0x55, 0x49, 0x04, 0x00,  // UI, 4 bytes
            0x31, 0x2E, 0x32, 0x00,
        ]
        #expect(Array(written[128...]) == expected)
    }

    @Test func fileMetaKeepsWhatWasImported() {
        let imported = DataSet([
            DataElement(.transferSyntaxUID, .UI, "1.2"), DataElement(.sourceApplicationEntityTitle, .AE, "MODALITY"),
        ])
        let meta = PartTenWriter.fileMeta(
            sopClassUID: "1", sopInstanceUID: "2", transferSyntaxUID: "3", imported: imported)
        #expect(meta.string(.transferSyntaxUID) == "3")
        #expect(meta.string(.mediaStorageSOPInstanceUID) == "2")
        #expect(meta.string(.sourceApplicationEntityTitle) == "MODALITY")
    }

    @Test func bulkValuesAreLeftToTheCallerInPieces() throws {
        let bulk = BulkValue(offset: 1000, length: 3_000_000_001)
        let item = DataSet([DataElement(Tag(0x0009, 0x1001), .OB, .bulk(bulk)), DataElement(.patientID, .LO, "1")])
        let pieces = try PartTenWriter.pieces(DataSet([DataElement(.referencedStudySequence, items: [item])]))
        let expected: [PartTenWriter.Piece] = [
            .bytes(
                EncodedBytes.explicit(.referencedStudySequence, "SQ", [], length: 3_000_000_032)
                    + EncodedBytes.item([], length: 3_000_000_024)
                    + EncodedBytes.explicit(Tag(0x0009, 0x1001), "OB", [], length: 3_000_000_002)),
            .bulk(bulk, .OB),
            .bytes([0x00] + EncodedBytes.explicit(.patientID, "LO", [0x31, 0x20])),
        ]
        #expect(pieces == expected)
        #expect(pieces.reduce(0) { $0 + $1.count } == 12 + 3_000_000_032)
    }

    /// A sequence that 32 bits cannot measure is delimited, and so are its items.
    @Test func sequenceOverFourGigabytesIsDelimited() throws {
        let bulk = DataElement(Tag(0x0009, 0x1001), .OB, .bulk(BulkValue(offset: 0, length: 4_000_000_000)))
        let item = DataSet([bulk, DataElement(Tag(0x0009, 0x1002), .OB, bulk.value)])
        let pieces = try PartTenWriter.pieces(DataSet([DataElement(.referencedStudySequence, items: [item])]))
        #expect(
            pieces.first
                == .bytes(
                    EncodedBytes.explicit(.referencedStudySequence, "SQ", [], length: EncodedBytes.undefined)
                        + EncodedBytes.item([], length: EncodedBytes.undefined)
                        + EncodedBytes.explicit(bulk.tag, "OB", [], length: 4_000_000_000)))
        #expect(pieces.last == .bytes(EncodedBytes.itemDelimiter + EncodedBytes.sequenceDelimiter))
    }

    @Test func valueOverFourGigabytesIsRefused() {
        let bulk = DataElement(Tag(0x0009, 0x1001), .OB, .bulk(BulkValue(offset: 0, length: 1 << 32)))
        #expect(throws: DICOMError(.invalidLength, tag: bulk.tag, offset: 0, "")) {
            try PartTenWriter.pieces(DataSet([bulk]))
        }
    }

    @Test func replacedBulkValuesMayHaveAnotherLength() throws {
        let bulk = DataElement(Tag(0x0009, 0x1001), .OB, .bulk(BulkValue(offset: 0, length: 100)))
        let written = try PartTenWriter.dataSetBytes(DataSet([bulk])) { _ in [] }
        #expect(written == EncodedBytes.explicit(bulk.tag, "OB", []))
    }

    @Test func encapsulatedIconIsWrittenWithUndefinedLength() throws {
        let stream = EncodedBytes.item([]) + EncodedBytes.item([1, 2]) + EncodedBytes.sequenceDelimiter
        let element = DataElement(.pixelData, .OB, .bytes(stream[...]))
        let written = try bytes(DataElement(.iconImageSequence, items: [DataSet([element])]))
        let header = EncodedBytes.explicit(.pixelData, "OB", [], length: EncodedBytes.undefined)
        #expect(written == EncodedBytes.explicit(.iconImageSequence, "SQ", EncodedBytes.item(header + stream)))
        #expect(
            try DataSetReader.read(explicitLittleEndian: written).items(.iconImageSequence)[0].elements == [element])
    }

    @Test func nativePixelDataHeaderHasAnEvenLength() throws {
        let expected: [UInt8] = [0xE0, 0x7F, 0x10, 0x00, 0x4F, 0x42, 0x00, 0x00, 0x0A, 0x00, 0x00, 0x00]
        #expect(try PartTenWriter.nativePixelDataHeader(vr: .OB, length: 9) == expected)
        #expect(throws: DICOMError.self) { try PartTenWriter.nativePixelDataHeader(vr: .OB, length: 0xFFFF_FFFF) }
    }
}
