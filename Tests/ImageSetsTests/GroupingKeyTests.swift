import DICOM
import ImageSets
import Testing

@Suite struct GroupingKeyTests {
    private let elements: [(Tag, VR, KeyPath<GroupingKey, String>)] = [
        (.studyDate, .DA, \.studyDate), (.accessionNumber, .SH, \.accessionNumber), (.patientID, .LO, \.patientID),
        (.studyInstanceUID, .UI, \.studyInstanceUID), (.studyID, .SH, \.studyID),
        (.seriesInstanceUID, .UI, \.seriesInstanceUID), (.seriesNumber, .IS, \.seriesNumber),
    ]

    @Test func theSevenElementsAreTaken() {
        for (tag, vr, path) in elements {
            let key = GroupingKey(DataSet([DataElement(tag, vr, bytes: Array("12".utf8))]))
            #expect(key[keyPath: path] == "12")
            #expect(elements.filter { key[keyPath: $0.2] != "" }.count == 1)
        }
    }

    @Test(arguments: [[], [0x20], [0x20, 0x20], [0x00, 0x00], [0x20, 0x00]] as [[UInt8]])
    func absentEmptyAndBlankAreEqual(bytes: [UInt8]) {
        for (tag, vr, _) in elements {
            #expect(GroupingKey(DataSet([DataElement(tag, vr, bytes: bytes)])) == GroupingKey(DataSet()))
        }
    }

    @Test(arguments: ["A1 ", "A1  ", "A1\0", "A1 \0"])
    func trailingPaddingIsIgnored(text: String) {
        let padded = GroupingKey(DataSet([DataElement(.patientID, .LO, bytes: Array(text.utf8))]))
        #expect(padded.patientID == "A1")
    }

    @Test func aMultiValuedElementCountsAsAWhole() {
        let one = GroupingKey(DataSet([DataElement(.accessionNumber, .SH, bytes: Array("A\\B ".utf8))]))
        #expect(one.accessionNumber == "A\\B")
    }

    @Test func theSameTextInOtherCharacterSetsIsEqual() {
        let latin = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientID, .LO, bytes: [0xC4, 0x31]),
        ])
        let unicode = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.patientID, .LO, "Ä1"),
        ])
        #expect(GroupingKey(latin) == GroupingKey(unicode))
    }

    @Test func anInstanceAgreesWithTheLevelsThatWereMadeOfIt() {
        let dataSet = DataSet.instance(
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientID, .LO, bytes: [0xC4, 0x31]),
            DataElement(.studyID, .SH, "S "), DataElement(.seriesNumber, .IS, "7"))
        #expect(GroupingKey(ImageSetLevels(dataSet)) == GroupingKey(dataSet))
    }

    @Test(arguments: ["", "ISO_IR 100", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149"])
    func paddingBeforeAnEscapeSequenceIsPadding(characterSet: String) {
        let dataSet = DataSet.instance(
            DataElement(.specificCharacterSet, .CS, characterSet),
            DataElement(.patientID, .LO, bytes: Array("AB \u{1B}(B".utf8)))
        #expect(GroupingKey(dataSet).patientID == "AB")
        #expect(GroupingKey(ImageSetLevels(dataSet)) == GroupingKey(dataSet))
    }

    /// As a catalog gives it back, whose text ends there.
    @Test func textEndsAtItsFirstNUL() {
        for (tag, vr, path) in elements {
            let key = GroupingKey(DataSet([DataElement(tag, vr, bytes: Array("12 \0 34".utf8))]))
            #expect(key[keyPath: path] == "12")
        }
    }

    @Test(arguments: [(VR.UI, "\\1.2.3"), (.UI, "1.2.3\\4"), (.OB, "1.2.3")])
    func anInstanceIsKnownByItsWholeUID(vr: VR, uid: String) {
        #expect(DataSet([DataElement(.sopInstanceUID, vr, bytes: Array(uid.utf8))]).sopInstanceUID == uid)
    }
}
