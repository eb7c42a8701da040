import DICOM
import ImageSets
import Testing

@Suite struct ImageSetLevelsTests {
    @Test func aDataSetIsSplitIntoItsLevelsAndInstanceAttributesStayBehind() {
        let levels = ImageSetLevels(
            .instance(
                DataElement(.patientName, .PN, "DOE^JANE"), DataElement(.studyDate, .DA, "20200101"),
                DataElement(.modality, .CS, "CT"), DataElement(.rows, .US, integers: [512])))
        #expect(levels.patient.string(.patientName) == "DOE^JANE")
        #expect(levels.study.string(.studyDate) == "20200101")
        #expect(levels.study.string(.studyInstanceUID) == "1.2.3")
        #expect(levels.series.string(.modality) == "CT")
        for level in [levels.patient, levels.study, levels.series] {
            #expect(!level.contains(.rows))
            #expect(!level.contains(.sopInstanceUID))
        }
    }

    @Test func whatHoldsAValueKeptApartStaysBehindWhateverItsTag() {
        let large = DataElement(Tag(0x0009, 0x1001), .OB, .bulk(BulkValue(offset: 0, length: 2_000_000)))
        let inner = DataElement(.referencedStudySequence, items: [DataSet([large])])
        let sequence = DataElement(
            .procedureCodeSequence, items: [DataSet([DataElement(.codeMeaning, .LO, "outer"), inner])])
        let levels = ImageSetLevels(.instance(DataElement(.studyDate, .DA, "20200101"), sequence))
        #expect(AttributeLevel(keeping: sequence) == .instance)
        #expect(!levels.study.contains(.procedureCodeSequence))
        #expect(levels.study.contains(.studyDate))
    }

    @Test func emptyElementsStayAndAbsentOnesAreNotMadeUp() {
        let levels = ImageSetLevels(.instance(DataElement(.patientSex, .CS, "")))
        #expect(levels.patient[.patientSex]?.value.isEmpty == true)
        #expect(!levels.patient.contains(.patientBirthDate))
    }

    @Test func textOfLevelsIsUTF8WhateverTheFileWasWrittenIn() {
        // "Müller^Jörg" in ISO 8859-1
        let name: [UInt8] = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x5E, 0x4A, 0xF6, 0x72, 0x67, 0x20]
        let levels = ImageSetLevels(
            .instance(
                DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientName, .PN, bytes: name)))
        #expect(levels.patient.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(levels.patient.string(.patientName) == "Müller^Jörg")
        #expect(levels.patient[.patientName]?.value.bytes.map(Array.init) == Array("Müller^Jörg ".utf8))
    }

    @Test func itemsKeepTheirOwnCharacterSetUntilTheyAreUTF8() {
        let meaning = Tag.codeMeaning
        let items = [
            DataSet([DataElement(meaning, .LO, bytes: [0xE4, 0x20])]),  // inherits ISO 8859-1
            DataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(meaning, .LO, "ä")]),
        ]
        let levels = ImageSetLevels(
            .instance(
                DataElement(.specificCharacterSet, .CS, "ISO_IR 100"),
                DataElement(.procedureCodeSequence, items: items)))
        let converted = levels.study.items(.procedureCodeSequence)
        #expect(converted.map { $0.strings(meaning, in: .utf8) } == [["ä"], ["ä"]])
        #expect(converted.allSatisfy { !$0.contains(.specificCharacterSet) })
    }

    @Test func levelsKeepTheFirstValueAndFillInWhatTheyLack() {
        var levels = ImageSetLevels(
            .instance(DataElement(.stationName, .SH, "ONE"), DataElement(.patientSex, .CS, "")))
        let later = ImageSetLevels(
            .instance(
                DataElement(.stationName, .SH, "TWO"), DataElement(.patientSex, .CS, "F"),
                DataElement(.patientComments, .LT, "seen later")))
        #expect(levels.fill(from: later) == [.patient])
        #expect(levels.series.string(.stationName) == "ONE")
        #expect(levels.patient.string(.patientSex) == "F")
        #expect(levels.patient.string(.patientComments) == "seen later")
        #expect(levels.fill(from: later).isEmpty)
    }

    @Test func anAttributeRemovedOnPurposeIsNotFilledInAgain() throws {
        var levels = ImageSetLevels(.instance(DataElement(.patientComments, .LT, "gone")))
        let later = levels
        let removal = Array(#"{"SchemaVersion": "1.1", "Patient": {"DICOM": {"PatientComments": ""}}}"#.utf8)
        let change = try MetadataChange(
            updatable: nil, removable: ChangeDocument(removal, member: "removableAttributes"),
            standing: .init(isPrimary: true, isForced: false, seriesInstanceUID: ""))
        #expect(levels.apply(change) == [.patient])
        #expect(levels.fill(from: later).isEmpty)
        #expect(!levels.patient.contains(.patientComments))
    }

    @Test func sharingChangesNothing() {
        let instance = DataSet.instance(
            DataElement(.patientName, .PN, "A"), DataElement(.studyID, .SH, "1"), DataElement(.modality, .CS, "CT"))
        var other = instance
        other.set(DataElement(.modality, .CS, "MR"))
        for earlier in [ImageSetLevels(instance), ImageSetLevels(other), ImageSetLevels(DataSet())] {
            var levels = ImageSetLevels(instance)
            levels.share(with: earlier)
            #expect(levels == ImageSetLevels(instance))
        }
    }

    @Test func levelsSurviveTheirByteForm() throws {
        let levels = ImageSetLevels(
            .instance(
                DataElement(.specificCharacterSet, .CS, "ISO_IR 100"),
                DataElement(.patientName, .PN, bytes: [0x4D, 0xFC]),
                DataElement(.procedureCodeSequence, items: [DataSet([DataElement(.codeValue, .SH, "X")])])))
        let read = try ImageSetLevels(
            patientBytes: levels.bytes(of: .patient), studyBytes: levels.bytes(of: .study),
            seriesBytes: levels.bytes(of: .series))
        #expect(read == levels)
    }
}
