import DICOM
import Testing

/// Well-made files of every encoding.
struct PartTenReaderTests {
    @Test func readsAWholeFile() throws {
        let preamble = [UInt8](repeating: 0, count: 128)
        let rest: [UInt8] = [
            0x44, 0x49, 0x43, 0x4D,  // DICM
            0x02, 0x00, 0x00, 0x00,  // (0002,0000) File Meta Information Group Length
            0x55, 0x4C, 0x04, 0x00,  // UL, 4 bytes
            0x1C, 0x00, 0x00, 0x00,  // 28
            0x02, 0x00, 0x10, 0x00,  // (0002,0010) Transfer Syntax UID
            0x55, 0x49, 0x14, 0x00,  // UI, 20 bytes
            0x31, 0x2E, 0x32, 0x2E, 0x38, 0x34, 0x30, 0x2E, 0x31, 0x30,  // 1.2.840.10
            0x30, 0x30, 0x38, 0x2E, 0x31, 0x2E, 0x32, 0x2E, 0x31, 0x00,  // 008.1.2.1 and padding
            0x08, 0x00, 0x60, 0x00,  // (0008,0060) Modality
            0x43, 0x53, 0x02, 0x00,  // CS, 2 bytes
            0x4D, 0x52,  // MR
            0x28, 0x00, 0x10, 0x00,  // (0028,0010) Rows
            0x55, 0x53, 0x02, 0x00,  // US, 2 bytes
            0x00, 0x02,  // 512
            0xE0, 0x7F, 0x10, 0x00,  // (7FE0,0010) Pixel Data
            0x4F, 0x57, 0x00, 0x00,  // OW, reserved
            0x04, 0x00, 0x00, 0x00,  // 4 bytes
            0x01, 0x02, 0x03, 0x04,
        ]
        let file = try PartTenReader.read(preamble + rest)
        #expect(file.transferSyntaxUID == "1.2.840.10008.1.2.1")
        #expect(!file.transferSyntaxWasGuessed)
        #expect(file.fileMeta.integer(.fileMetaInformationGroupLength) == 28)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .rows])
        #expect(file.dataSet.string(.modality) == "MR")
        #expect(file.dataSet.integer(.rows) == 512)
        let end = preamble.count + rest.count
        let native = PixelData.Form.native(offset: end - 4, length: 4, declaredLength: 4, isBigEndian: false)
        #expect(file.pixelData == PixelData(tag: .pixelData, vr: .OW, form: native))
        // The two UIDs of the instance are missing in the file meta.
        #expect(file.warningCodes == [.incompleteFileMeta])
    }

    @Test func bigEndianWordsAreTurnedByTheirVR() throws {
        let dataSet: [UInt8] = [
            0x00, 0x08, 0x00, 0x60,  // (0008,0060) Modality
            0x43, 0x53, 0x00, 0x02,  // CS, 2 bytes
            0x43, 0x54,  // CT
            0x00, 0x18, 0x10, 0x63,  // (0018,1063) Frame Time
            0x55, 0x4E, 0x00, 0x00,  // UN, reserved
            0x00, 0x00, 0x00, 0x02,  // 2 bytes, implicit little endian by PS3.5 6.2.2
            0x31, 0x32,  // 12
            0x00, 0x28, 0x00, 0x09,  // (0028,0009) Frame Increment Pointer
            0x41, 0x54, 0x00, 0x04,  // AT, 4 bytes
            0x00, 0x18, 0x10, 0x63,  // (0018,1063)
            0x00, 0x28, 0x00, 0x10,  // (0028,0010) Rows
            0x55, 0x53, 0x00, 0x02,  // US, 2 bytes
            0x02, 0x01,  // 513
            0x00, 0x28, 0x12, 0x01,  // (0028,1201) Red Palette Color Lookup Table Data
            0x4F, 0x57, 0x00, 0x00,  // OW, reserved
            0x00, 0x00, 0x00, 0x04,  // 4 bytes
            0x01, 0x02, 0x03, 0x04,
            0x7F, 0xE0, 0x00, 0x10,  // (7FE0,0010) Pixel Data
            0x4F, 0x57, 0x00, 0x00,  // OW, reserved
            0x00, 0x00, 0x00, 0x02,  // 2 bytes
            0xAB, 0xCD,
        ]
        let file = try PartTenReader.read(try EncodedBytes.file(.explicitVRBigEndian, dataSet))
        #expect(file.dataSet.string(.modality) == "CT")
        #expect(file.dataSet.decimal(.frameTime) == 12)
        #expect(file.dataSet.tags(Tag(0x0028, 0x0009)) == [.frameTime])
        #expect(file.dataSet.integer(.rows) == 513)
        #expect(file.dataSet[.redPaletteColorLookupTableData]?.value.bytes == [0x02, 0x01, 0x04, 0x03])
        guard case .native(_, 2, 2, let isBigEndian)? = file.pixelData?.form else {
            Issue.record("pixel data are native")
            return
        }
        #expect(isBigEndian)
        #expect(file.warnings == [])
    }

    @Test func implicitVRsComeFromTheDictionary() throws {
        let dataSet =
            EncodedBytes.implicit(.modality, Array("CT".utf8))
            + EncodedBytes.implicit(Tag(0x0009, 0x0010), Array("OWNER ".utf8))
            + EncodedBytes.implicit(Tag(0x0009, 0x1001), [1, 2])
            + EncodedBytes.implicit(Tag(0x0010, 0x0011), [1, 2])
            + EncodedBytes.implicit(.pixelRepresentation, [1, 0])
            + EncodedBytes.implicit(.smallestImagePixelValue, [0xFF, 0xFF])
            + EncodedBytes.implicit(Tag(0x5400, 0x0110), [0, 0])
            + EncodedBytes.implicit(Tag(0x6002, 0x3000), [0, 0])
        let file = try PartTenReader.read(try EncodedBytes.file(.implicitVRLittleEndian, dataSet))
        #expect(
            file.dataSet.elements.map(\.vr) == [
                .CS,  // Modality
                .LO,  // private creator, PS3.5 7.8.1
                .UN,  // private
                .UN,  // not in PS3.6
                .US,  // Pixel Representation
                .SS,  // US or SS, by Pixel Representation
                .OW,  // OB or OW, PS3.5 A.1
                .OW,  // second tag of a repeating group
            ])
        #expect(file.dataSet.integer(.smallestImagePixelValue) == -1)
    }

    /// Pixel Representation stands after some elements that depend on it, and outside the items that do.
    @Test func signIsTakenFromWhereverPixelRepresentationStands() throws {
        let region = EncodedBytes.item(EncodedBytes.implicit(Tag(0x0018, 0x9810), [0xFE, 0xFF]))
        let mapping = EncodedBytes.item(EncodedBytes.implicit(Tag(0x0040, 0x9216), [0xFD, 0xFF]))
        let dataSet =
            EncodedBytes.implicit(Tag(0x0018, 0x6011), region)
            + EncodedBytes.implicit(.pixelRepresentation, [1, 0])
            + EncodedBytes.implicit(.realWorldValueMappingSequence, mapping)
        let file = try PartTenReader.read(try EncodedBytes.file(.implicitVRLittleEndian, dataSet))
        #expect(file.dataSet.items(Tag(0x0018, 0x6011))[0].integer(Tag(0x0018, 0x9810)) == -2)
        #expect(file.dataSet.items(.realWorldValueMappingSequence)[0].integer(Tag(0x0040, 0x9216)) == -3)
    }

    @Test(arguments: [(UInt8(1), VR.US), (2, .OW)])
    func lookupTableOfOneEntryIsANumber(_ entries: UInt8, _ vr: VR) throws {
        let item = EncodedBytes.item(
            EncodedBytes.implicit(.lutDescriptor, [entries, 0, 0, 0, 16, 0])
                + EncodedBytes.implicit(.lutData, [1, 0, 2, 0]))
        let dataSet =
            EncodedBytes.implicit(.modality, [0x43, 0x54]) + EncodedBytes.implicit(.modalityLUTSequence, item)
        let file = try PartTenReader.read(try EncodedBytes.file(.implicitVRLittleEndian, dataSet))
        #expect(file.dataSet.items(.modalityLUTSequence).first?[.lutData]?.vr == vr)
    }

    @Test func binaryValuesOverTheThresholdAreLeftInPlace() throws {
        let limit = PartTenReader.Options().bulkThreshold
        #expect(limit == 1_048_576)
        let dataSet =
            EncodedBytes.explicit(Tag(0x0009, 0x1001), "OB", [UInt8](repeating: 1, count: limit))
            + EncodedBytes.explicit(Tag(0x0009, 0x1002), "OB", [UInt8](repeating: 2, count: limit + 2))
            + EncodedBytes.explicit(Tag(0x0009, 0x1003), "UT", [UInt8](repeating: 0x20, count: limit + 2))
        let file = try PartTenReader.read(try EncodedBytes.file(.explicitVRLittleEndian, dataSet))
        #expect(file.dataSet[Tag(0x0009, 0x1001)]?.value.bytes?.count == limit)
        guard case .bulk(let bulk)? = file.dataSet[Tag(0x0009, 0x1002)]?.value else {
            Issue.record("a value over the threshold is bulk")
            return
        }
        #expect(bulk.length == limit + 2)
        #expect(try file.bytes(of: bulk, .OB) == [UInt8](repeating: 2, count: limit + 2))
        #expect(file.dataSet[Tag(0x0009, 0x1003)]?.value.bytes?.count == limit + 2)
    }

    @Test func bigEndianBulkValuesAreTurnedWhenRead() throws {
        let element: [UInt8] = [0x00, 0x28, 0x12, 0x01, 0x4F, 0x57, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]
        let bytes = try EncodedBytes.file(.explicitVRBigEndian, element)
        let file = try PartTenReader.read(bytes) { $0.bulkThreshold = 2 }
        let bulk = BulkValue(offset: bytes.count - 4, length: 4, isBigEndian: true)
        #expect(file.dataSet.elements == [DataElement(.redPaletteColorLookupTableData, .OW, .bulk(bulk))])
        #expect(try file.bytes(of: bulk, .OW) == [2, 1, 4, 3])
    }

    /// A file of 4 GiB whose pixel data may not be read: the reader needs only what stands around it.
    @Test func pixelDataAreNotRead() throws {
        let length: UInt32 = 0xFFFF_FF00
        let head = try EncodedBytes.file(
            .explicitVRLittleEndian,
            EncodedBytes.explicit(.modality, "CS", [0x43, 0x54])
                + EncodedBytes.explicit(.pixelData, "OW", [], length: length))
        let tail = EncodedBytes.explicit(.dataSetTrailingPadding, "OB", [0, 0])
        let content = BytesAroundAHole(head: head, hole: Int(length), tail: tail)
        let file = try PartTenReader.read(content)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .dataSetTrailingPadding])
        let native = PixelData.Form.native(
            offset: head.count, length: Int(length), declaredLength: Int(length), isBigEndian: false)
        #expect(file.pixelData?.form == native)
        #expect(file.warnings == [])
    }
}

/// Bytes with a hole of which at most a window's worth may be read.
private struct BytesAroundAHole: RandomAccessBytes {
    let head: [UInt8]
    let hole: Int
    let tail: [UInt8]

    var count: Int { head.count + hole + tail.count }

    func read(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
        try #require(count <= 1 << 16, "a read of more than a window")
        let tailStart = head.count + hole
        return (offset..<offset + count).map { index in
            index < head.count ? head[index] : index < tailStart ? 0 : tail[index - tailStart]
        }[...]
    }
}
