import DICOM
import Testing

struct TagTests {
    @Test func partsAndTextAgree() {
        let tag = Tag(0x7FDD, 0x1090)
        #expect(tag.rawValue == 0x7FDD_1090)
        #expect(tag.hexadecimal == "7FDD1090")
        #expect("\(tag)" == "(7FDD,1090)")
        #expect(Tag(hexadecimal: "7fdd1090") == tag)
    }

    @Test(arguments: ["", "0010001", "001000100", "0010001G", "0x100010", "(0010,0010)", "００１０００１０"])
    func otherTextIsNoTag(_ text: String) {
        #expect(Tag(hexadecimal: text) == nil)
    }

    @Test func kindsFollowPS35() {
        #expect(Tag(0x0009, 0x0010).isPrivateCreator)
        #expect(Tag(0x0009, 0x00FF).isPrivateCreator)
        #expect(!Tag(0x0009, 0x1001).isPrivateCreator)
        #expect(!Tag(0x0008, 0x0010).isPrivateCreator)
        #expect(Tag(0x0009, 0x1001).isPrivate)
        #expect(!Tag.patientName.isPrivate)
        #expect(Tag(0x0028, 0x0000).isGroupLength)
        #expect(Tag.patientName < .patientID)
    }

    @Test func constantsBearTheirKeywords() {
        #expect(Tag.sopInstanceUID.keyword == "SOPInstanceUID")
        #expect(Tag.kvp.keyword == "KVP")
        #expect(Tag.mrAcquisitionType.keyword == "MRAcquisitionType")
        #expect(Tag.voiLUTSequence.keyword == "VOILUTSequence")
    }
}
