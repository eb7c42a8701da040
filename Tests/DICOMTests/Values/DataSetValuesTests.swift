import DICOM
import Testing

struct DataSetValuesTests {
    private func dataSet(_ tag: Tag, _ vr: VR, _ bytes: [UInt8]) -> DataSet {
        DataSet([DataElement(tag, vr, .bytes(bytes[...]))])
    }

    private func dataSet(_ tag: Tag, _ vr: VR, _ text: String) -> DataSet {
        DataSet([DataElement(tag, vr, text)])
    }

    @Test(arguments: [
        ("ORIGINAL\\PRIMARY", ["ORIGINAL", "PRIMARY"]), (" AXIAL \\ B ", ["AXIAL", "B"]), ("A\\\\B", ["A", "", "B"]),
        ("", []), ("    ", []), ("A\0", ["A"]), ("\\A", ["", "A"]),
    ])
    func textIsSplitAndTrimmed(_ text: String, _ values: [String]) {
        #expect(dataSet(.imageType, .CS, text).strings(.imageType) == values)
    }

    /// To Swift, a backslash and a combining accent are one Character.
    @Test func combiningMarkAfterABackslashDoesNotJoinValues() {
        let dataSet = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.studyDescription, .LO, "a\\\u{301}b"),
        ])
        #expect(dataSet.strings(.studyDescription) == ["a", "\u{301}b"])
    }

    @Test func longTextHasOneValueAndKeepsLeadingSpaces() {
        #expect(dataSet(.imageComments, .LT, "  a\\b  ").strings(.imageComments) == ["  a\\b"])
    }

    @Test func firstValueIsNilWhenEmpty() {
        #expect(dataSet(.studyID, .SH, "").string(.studyID) == nil)
        #expect(dataSet(.studyID, .SH, "  ").string(.studyID) == nil)
        #expect(DataSet().string(.studyID) == nil)
        #expect(dataSet(.studyID, .SH, "7").string(.studyID) == "7")
    }

    @Test func textIsDecodedInTheDataSetsCharacterSet() {
        let bytes: [UInt8] = [0x42, 0x75, 0x63, 0x5E, 0x4A, 0xE9, 0x72, 0xF4, 0x6D, 0x65]  // Buc^Jérôme in ISO_IR 100
        let latin = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"),
            DataElement(.patientName, .PN, .bytes(bytes[...])),
        ])
        #expect(latin.string(.patientName) == "Buc^Jérôme")
        let item = dataSet(.patientName, .PN, bytes)
        #expect(item.string(.patientName, in: latin.characterSet) == "Buc^Jérôme")
        #expect(item.characterSet(inheriting: latin.characterSet) == latin.characterSet)
        #expect(latin.characterSet(inheriting: .ascii) == latin.characterSet)
    }

    @Test func binaryNumbersAreReadByTheirVR() {
        #expect(dataSet(.rows, .US, [0x00, 0x02, 0xFF, 0xFF]).integers(.rows) == [512, 65535])
        #expect(dataSet(.rows, .SS, [0xFF, 0xFF]).integer(.rows) == -1)
        #expect(dataSet(.rows, .UL, [0xFF, 0xFF, 0xFF, 0xFF]).integer(.rows) == 4_294_967_295)
        #expect(dataSet(.rows, .SL, [0xFE, 0xFF, 0xFF, 0xFF]).integer(.rows) == -2)
        #expect(dataSet(.rows, .SV, [UInt8](repeating: 0xFF, count: 8)).integer(.rows) == -1)
        #expect(dataSet(.rows, .UV, [UInt8](repeating: 0xFF, count: 8)).integer(.rows) == nil)
        #expect(dataSet(.rows, .US, [0x07]).integer(.rows) == nil)
        #expect(dataSet(.rows, .FL, [0x00, 0x00, 0xC0, 0x3F]).decimals(.rows) == [1.5])
        #expect(dataSet(.rows, .FD, [0, 0, 0, 0, 0, 0, 0xF8, 0xBF]).decimal(.rows) == -1.5)
    }

    @Test(arguments: [
        ("7 ", Int?(7)), ("+7", 7), (" -12", -12), ("5.0", 5), ("5.5", nil), ("", nil), ("abc", nil),
        ("99999999999999999999", nil),
    ])
    func integerStringsAreReadLeniently(_ text: String, _ value: Int?) {
        #expect(dataSet(.instanceNumber, .IS, text).integer(.instanceNumber) == value)
    }

    @Test(arguments: [
        ("0.5\\1e-3", [0.5, 0.001]), (" 12 ", [12]), ("1\\x", []), ("nan", []), ("inf", []), ("", []),
    ])
    func decimalStringsAreReadOrLeftOut(_ text: String, _ values: [Double]) {
        #expect(dataSet(.pixelSpacing, .DS, text).decimals(.pixelSpacing) == values)
    }

    @Test func tagsAreRead() {
        let bytes: [UInt8] = [0x18, 0x00, 0x63, 0x10, 0x20, 0x00]
        #expect(dataSet(Tag(0x0028, 0x0009), .AT, bytes).tags(Tag(0x0028, 0x0009)) == [.frameTime])
    }
}
