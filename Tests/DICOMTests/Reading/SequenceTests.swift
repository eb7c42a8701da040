import DICOM
import Testing

/// Sequences and items (PS3.5 7.5), well and badly delimited.
struct SequenceTests {
    private static let tag = Tag.referencedStudySequence
    private static let undefined = EncodedBytes.undefined
    private static let id = EncodedBytes.explicit(.patientID, "LO", [0x31, 0x20])
    private static let rows = EncodedBytes.explicit(.rows, "US", [16, 0])

    private static func sequence(_ items: [UInt8], length: UInt32? = nil) -> [UInt8] {
        EncodedBytes.explicit(tag, "SQ", items, length: length)
    }

    private func read(_ dataSet: [UInt8]) throws -> PartTenFile {
        try PartTenReader.read(try EncodedBytes.file(.explicitVRLittleEndian, dataSet))
    }

    @Test func bothWaysOfDelimitingAreRead() throws {
        let bytes: [UInt8] = [
            0x08, 0x00, 0x10, 0x11,  // (0008,1110) Referenced Study Sequence
            0x53, 0x51, 0x00, 0x00,  // SQ, reserved
            0xFF, 0xFF, 0xFF, 0xFF,  // undefined length
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x0A, 0x00, 0x00, 0x00,  // 10 bytes
            0x10, 0x00, 0x20, 0x00,  // (0010,0020) Patient ID
            0x4C, 0x4F, 0x02, 0x00,  // LO, 2 bytes
            0x31, 0x20,  // 1
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0xFF, 0xFF, 0xFF, 0xFF,  // undefined length
            0x10, 0x00, 0x20, 0x00,  // (0010,0020) Patient ID
            0x4C, 0x4F, 0x02, 0x00,  // LO, 2 bytes
            0x32, 0x20,  // 2
            0xFE, 0xFF, 0x0D, 0xE0,  // Item Delimitation Item
            0x00, 0x00, 0x00, 0x00,
            0xFE, 0xFF, 0xDD, 0xE0,  // Sequence Delimitation Item
            0x00, 0x00, 0x00, 0x00,
        ]
        let file = try read(bytes + Self.rows)
        #expect(file.dataSet.items(Self.tag).map { $0.string(.patientID) } == ["1", "2"])
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.warnings == [])
    }

    @Test func emptySequencesAndItemsAreKept() throws {
        let file = try read(Self.sequence([]) + EncodedBytes.explicit(.contentSequence, "SQ", EncodedBytes.item([])))
        #expect(file.dataSet[Self.tag]?.value == .items([]))
        #expect(file.dataSet[.contentSequence]?.value == .items([DataSet()]))
    }

    /// Each has one item with Patient ID 1, and Rows after the sequence.
    @Test(arguments: [
        // no item delimiter before the sequence's
        sequence(EncodedBytes.item(id, length: undefined), length: undefined) + EncodedBytes.sequenceDelimiter,
        // no sequence delimiter
        sequence(EncodedBytes.item(id), length: undefined),
        // a delimiter after an item of given length
        sequence(EncodedBytes.item(id) + EncodedBytes.itemDelimiter, length: undefined)
            + EncodedBytes.sequenceDelimiter,
        // a delimiter within it
        sequence(EncodedBytes.item(id + EncodedBytes.itemDelimiter)),
        // a delimiter in a sequence of given length
        sequence(EncodedBytes.item(id) + EncodedBytes.sequenceDelimiter),
        // an item longer than its sequence
        sequence(EncodedBytes.item(id, length: 500)),
        // an item too long for its sequence of undefined length
        sequence(EncodedBytes.item(id, length: 18), length: undefined) + EncodedBytes.sequenceDelimiter,
        // zeros at the end of an item
        sequence(EncodedBytes.item(id + [UInt8](repeating: 0, count: 12))),
        // less than a header at the end of a sequence
        sequence(EncodedBytes.item(id) + [0, 0, 0, 0]),
        // something else at the end of a sequence
        sequence(EncodedBytes.item(id) + id),
        // a stray delimiter after the sequence
        sequence(EncodedBytes.item(id)) + EncodedBytes.sequenceDelimiter,
        // an item in implicit VR
        sequence(EncodedBytes.item(EncodedBytes.implicit(.patientID, [0x31, 0x20]))),
    ])
    func badDelimitingIsOvercome(_ bytes: [UInt8]) throws {
        let file = try read(bytes + Self.rows)
        #expect(file.dataSet.items(Self.tag).map { $0.string(.patientID) } == ["1"])
        #expect(file.dataSet.integer(.rows) == 16)
        #expect(file.warnings.count == 1)
    }

    @Test func valueLongerThanItsItemIsCut() throws {
        let name = EncodedBytes.explicit(.patientName, "PN", Array("A^B ".utf8), length: 40)
        let file = try read(Self.sequence(EncodedBytes.item(name) + EncodedBytes.item(Self.id)) + Self.rows)
        #expect(file.dataSet.items(Self.tag).map(\.count) == [1, 1])
        #expect(file.dataSet.items(Self.tag)[0].string(.patientName) == "A^B")
        #expect(file.warningCodes == [.overlongValue])
    }

    @Test(arguments: [
        sequence(EncodedBytes.item(id), length: 100),
        sequence(EncodedBytes.item(id, length: 100), length: undefined),
        sequence(EncodedBytes.item(id, length: undefined), length: undefined),
        sequence(EncodedBytes.item(id), length: undefined),
        sequence(EncodedBytes.item(id.dropLast(), length: undefined), length: undefined),
    ])
    func sequenceThatIsCutIsAnError(_ bytes: [UInt8]) {
        #expect(DICOMError.code { _ = try read(bytes) } == .truncated)
    }

    @Test func itemOutsideASequenceIsAnError() {
        #expect(DICOMError.code { _ = try read(Self.id + EncodedBytes.item(Self.rows)) } == .invalidSequence)
    }

    private func nested(_ depth: Int) -> [UInt8] {
        let opening = Self.sequence(EncodedBytes.item([], length: Self.undefined), length: Self.undefined)
        return (0..<depth).flatMap { _ in opening }
            + (0..<depth).flatMap { _ in EncodedBytes.itemDelimiter + EncodedBytes.sequenceDelimiter }
    }

    @Test func sequencesAreReadToTheLimitOfDepth() throws {
        var dataSet = try read(nested(64)).dataSet
        var depth = 0
        while let inner = dataSet.items(Self.tag).first {
            dataSet = inner
            depth += 1
        }
        #expect(depth == 64)
        #expect(DICOMError.code { _ = try read(nested(65)) } == .tooDeep)
    }

    @Test func anyDepthIsRefusedWithoutRecursion() {
        #expect(DICOMError.code { _ = try read(nested(100_000)) } == .tooDeep)
    }

    @Test func elementsAreBounded() throws {
        let items = (0..<100).flatMap { _ in EncodedBytes.item([]) }
        let bytes = try EncodedBytes.file(.explicitVRLittleEndian, Self.sequence(items))
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumElements = 100 } } == .tooLarge)
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumElements = 101 } } == nil)
    }

    @Test func valuesInMemoryAreBounded() throws {
        let text = EncodedBytes.explicit(Tag(0x0040, 0xA160), "UT", [UInt8](repeating: 0x20, count: 200))
        let bytes = try EncodedBytes.file(.explicitVRLittleEndian, Self.id + text)
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) { $0.maximumHeaderBytes = 200 } } == .tooLarge)
    }
}
