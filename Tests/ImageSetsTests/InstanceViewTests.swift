import DICOM
import ImageSets
import Testing

@Suite struct InstanceViewTests {
    private let imported = DataSet.instance(
        DataElement(.patientName, .PN, "DOE^JANE"), DataElement(.stationName, .SH, "ONE"))

    @Test func anUneditedInstanceComesBackAsItWasImported() {
        #expect(InstanceView.dataSet(header: imported, levels: ImageSetLevels(imported)) == imported)
    }

    @Test func theInstanceKeepsItsOwnWhereItDiffersFromTheLevel() {
        let levels = ImageSetLevels(.instance(DataElement(.stationName, .SH, "FIRST")))
        #expect(InstanceView.dataSet(header: imported, levels: levels).string(.stationName) == "ONE")
    }

    @Test func whatOnlyAnotherInstanceHadIsNotMadeUp() {
        let levels = ImageSetLevels(.instance(DataElement(.modality, .CS, "CT")))
        #expect(InstanceView.dataSet(header: imported, levels: levels) == imported)
    }

    @Test func anAttributeSetByAnEditIsAdded() {
        let levels = ImageSetLevels(.instance(DataElement(.modality, .CS, "CT")))
        let view = InstanceView.dataSet(header: imported, levels: levels, followed: [.modality])
        #expect(view.string(.modality) == "CT")
        #expect(view.count == imported.count + 1)
        #expect(!view.contains(.specificCharacterSet))
    }

    @Test func anEditedAttributeIsTheLevels() {
        let levels = ImageSetLevels(.instance(DataElement(.patientName, .PN, "ROE^JOHN")))
        let view = InstanceView.dataSet(header: imported, levels: levels, followed: [.patientName])
        #expect(view.string(.patientName) == "ROE^JOHN")
        #expect(view.string(.stationName) == "ONE")
    }

    @Test func anAttributeRemovedByAnEditIsGone() {
        let view = InstanceView.dataSet(
            header: imported, levels: ImageSetLevels(.instance()), followed: [.patientName, .rows])
        #expect(!view.contains(.patientName))
    }

    @Test func asciiFromALevelLeavesTheCharacterSetAlone() {
        var latin = imported
        latin.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 100"))
        latin.set(DataElement(.studyDescription, .LO, bytes: [0xE9, 0x20]))
        let levels = ImageSetLevels(
            .instance(DataElement(.patientName, .PN, "ROE"), DataElement(.operatorsName, .PN, "A\\B")))
        let view = InstanceView.dataSet(header: latin, levels: levels, followed: [.patientName, .operatorsName])
        #expect(view.strings(.operatorsName) == ["A", "B"])
        #expect(view.string(.specificCharacterSet) == "ISO_IR 100")
        #expect(view[.studyDescription]?.value.bytes.map(Array.init) == [0xE9, 0x20])
    }

    @Test func moreThanASCIIFromALevelTurnsTheWholeDataSetIntoUTF8() {
        var latin = imported
        latin.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 100"))
        latin.set(DataElement(.imageComments, .LT, bytes: [0xE9, 0x20]))
        latin.set(DataElement(Tag(0x0042, 0x0011), .OB, .bulk(BulkValue(offset: 0, length: 2_000_000))))
        let levels = ImageSetLevels(
            .instance(
                DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.patientName, .PN, "Πέτρος")))
        let view = InstanceView.dataSet(header: latin, levels: levels, followed: [.patientName])
        #expect(view.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(view.string(.imageComments) == "é")
        #expect(view.string(.patientName) == "Πέτρος")
        #expect(view.contains(Tag(0x0042, 0x0011)))
    }
}
