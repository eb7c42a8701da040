import DICOM
import ImageSets
import Testing

@Suite struct ImportCheckTests {
    private func failure(_ file: PartTenFile) -> String? {
        do {
            _ = try ImportCheck.check(file)
            return nil
        } catch {
            return error.message
        }
    }

    private func codes(_ elements: DataElement...) throws -> [ImportWarning.Code] {
        var dataSet = DataSet.instance()
        for element in elements { dataSet.set(element) }
        return try ImportCheck.check(.holding(dataSet)).map(\.code)
    }

    // MARK: What fails

    @Test(arguments: [
        (Tag.sopInstanceUID, "DICOM attribute SOPInstanceUID does not exist"),
        (.studyInstanceUID, "DICOM attribute StudyInstanceUID does not exist"),
        (.seriesInstanceUID, "DICOM attribute SeriesInstanceUID does not exist"),
    ])
    func aFileWithoutIdentityFails(tag: Tag, message: String) {
        var dataSet = DataSet.instance()
        dataSet.remove(tag)
        #expect(failure(.holding(dataSet)) == message)
        dataSet.set(DataElement(tag, .UI, bytes: [0x20, 0x00]))
        #expect(failure(.holding(dataSet)) == message)
    }

    @Test func anEmptyDataSetFails() {
        #expect(failure(.holding(DataSet())) == "DICOM attributes does not exist")
    }

    @Test func encapsulatedPixelDataOfUnknownCodingFails() {
        let encapsulated = Encapsulated(basicOffsetTable: [], fragments: [], isTerminated: true, firstItemOffset: 0)
        let pixelData = PixelData(tag: .pixelData, vr: .OB, form: .encapsulated(encapsulated))
        #expect(
            failure(.holding(.instance(), guessed: true, pixelData: pixelData))
                == "DICOM attribute TransferSyntaxUID does not exist")
        let meta = [DataElement(.transferSyntaxUID, .UI, "1.2.840.10008.1.2.4.50")]
        #expect(failure(.holding(.instance(), fileMeta: meta, pixelData: pixelData)) == nil)
        #expect(failure(.holding(.instance(), guessed: true)) == nil)
    }

    @Test(arguments: [
        (Tag.patientName, VR.PN, 256), (.patientID, .LO, 256), (.patientBirthDate, .DA, 18), (.patientSex, .CS, 16),
        (.studyInstanceUID, .UI, 256), (.studyID, .SH, 256), (.studyDescription, .LO, 256),
        (.accessionNumber, .SH, 256), (.studyDate, .DA, 18), (.studyTime, .TM, 28), (.sopInstanceUID, .UI, 256),
        (.seriesInstanceUID, .UI, 256),
    ])
    func aValueOverTheLimitFailsTheFileAndIsNotRepeated(tag: Tag, vr: VR, limit: Int) {
        var dataSet = DataSet.instance(DataElement(tag, vr, String(repeating: "1", count: limit)))
        #expect(failure(.holding(dataSet)) == nil)
        dataSet.set(DataElement(tag, vr, String(repeating: "1", count: limit + 1)))
        let keyword = tag.keyword ?? ""
        #expect(
            failure(.holding(dataSet)) == "DICOM attribute \(keyword) is longer than \(limit) characters")
    }

    @Test func limitsCountCharactersAndNotBytes() {
        let name = DataElement(.patientName, .PN, String(repeating: "山", count: 256))
        let dataSet = DataSet.instance(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), name)
        #expect(failure(.holding(dataSet)) == nil)
    }

    @Test(arguments: [Tag.numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances])
    func aCountOverAMillionFails(tag: Tag) {
        #expect(failure(.holding(.instance(DataElement(tag, .IS, "1000000")))) == nil)
        let message = failure(.holding(.instance(DataElement(tag, .IS, "1000001"))))
        #expect(message == "DICOM attribute \(tag.keyword ?? "") is greater than 1000000")
    }

    @Test func aCountThatIsNoNumberIsNotOverTheLimit() {
        #expect(failure(.holding(.instance(DataElement(.numberOfStudyRelatedSeries, .IS, "nan")))) == nil)
    }

    @Test(arguments: [
        (VR.IS, "99999999999999999999"), (.IS, "1E7"), (.IS, "1000001.5"), (.IS, "5\\2000000"), (.LO, "1000001"),
    ])
    func aCountOverAMillionFailsHoweverItIsWritten(vr: VR, text: String) {
        #expect(failure(.holding(.instance(DataElement(.numberOfStudyRelatedSeries, vr, text)))) != nil)
    }

    // MARK: What is warned of

    @Test func anOrdinaryFileHasNoWarnings() throws {
        #expect(try codes(DataElement(.patientName, .PN, "DOE^JANE"), DataElement(.studyDate, .DA, "20200101")).isEmpty)
    }

    @Test(arguments: ["1.2.3..4", "1.2.", ".1.2", "1.2.a", "1.2 3", "1,2", "1.02"])
    func aUIDThatIsNoneIsWarnedOf(uid: String) throws {
        #expect(try codes(DataElement(.frameOfReferenceUID, .UI, uid)) == [.invalidUIDFormat])
    }

    @Test(arguments: ["1.2.3", "0.1", "1.2.0.4", "2.25.329800735698586629295641978511506172918", "1.2\\1.3"])
    func properUIDsAreNot(uid: String) throws {
        #expect(try codes(DataElement(.frameOfReferenceUID, .UI, uid)).isEmpty)
    }

    @Test(arguments: [
        Tag.studyInstanceUID, .seriesInstanceUID, .treatmentSessionUID, .manufacturerDeviceClassUID, .acquisitionUID,
    ])
    func someUIDsMayHaveLeadingZerosAndBeLong(tag: Tag) throws {
        let long = "01.002." + String(repeating: "3", count: 249)
        #expect(try codes(DataElement(tag, .UI, long)).isEmpty)
        #expect(try codes(DataElement(tag, .UI, "1..2")) == [.invalidUIDFormat])
    }

    @Test func UIDsInsideSequencesAreLookedAt() throws {
        let item = DataSet([DataElement(.referencedSOPInstanceUID, .UI, "1..2")])
        #expect(try codes(DataElement(.referencedImageSequence, items: [item])) == [.invalidUIDFormat])
    }

    @Test(arguments: [
        (VR.AE, 16), (.AS, 4), (.CS, 16), (.DA, 8), (.DS, 16), (.DT, 26), (.IS, 12), (.LO, 64), (.LT, 10240),
        (.PN, 64), (.SH, 16), (.ST, 1024), (.TM, 14), (.UI, 64),
    ])
    func aValueLongerThanItsVRAllowsIsWarnedOf(vr: VR, longest: Int) throws {
        let tag = Tag(0x0040, 0xFF01)
        let fitting = String(repeating: "1", count: longest)
        #expect(try codes(DataElement(tag, vr, fitting)).isEmpty)
        #expect(try codes(DataElement(tag, vr, fitting + " ")).isEmpty)
        #expect(try codes(DataElement(tag, vr, fitting + "1")) == [.invalidDICOMValueLength])
    }

    @Test(arguments: [VR.UC, .UR, .UT, .UN, .OB])
    func someVRsHaveNoLimit(vr: VR) throws {
        #expect(try codes(DataElement(Tag(0x0040, 0xFF01), vr, String(repeating: "1", count: 20_000))).isEmpty)
    }

    @Test func lengthIsThatOfOneValueOfMany() throws {
        let values = Array(repeating: "1234567890123456", count: 5).joined(separator: "\\")
        #expect(try codes(DataElement(.imagePositionPatient, .DS, values)).isEmpty)
        #expect(try codes(DataElement(.imagePositionPatient, .DS, values + "7")) == [.invalidDICOMValueLength])
    }

    @Test func aPersonNameMayHaveThreeFullComponentGroups() throws {
        let group = String(repeating: "A", count: 64)
        #expect(try codes(DataElement(.patientName, .PN, "\(group)=\(group)=\(group)")).isEmpty)
        #expect(try codes(DataElement(.patientName, .PN, "\(group)=\(group)=\(group)B")) == [.invalidDICOMValueLength])
    }

    @Test func valueLengthCountsCharactersWhereTheVRDoes() throws {
        let utf8 = DataElement(.specificCharacterSet, .CS, "ISO_IR 192")
        #expect(try codes(utf8, DataElement(.studyDescription, .LO, String(repeating: "é", count: 64))).isEmpty)
        #expect(
            try codes(utf8, DataElement(.studyDescription, .LO, String(repeating: "é", count: 65)))
                == [.invalidDICOMValueLength])
    }

    @Test func aWarningNamesAttributesAndNeverTheirValues() throws {
        var dataSet = DataSet.instance(DataElement(.frameOfReferenceUID, .UI, "9..9"))
        dataSet.set(DataElement(Tag(0x0009, 0x1001), .UI, "8..8"))
        let warnings = try ImportCheck.check(.holding(dataSet))
        #expect(
            warnings.map(\.message)
                == ["The file was imported but contains a UID in an invalid format: 00091001, FrameOfReferenceUID."])
    }

    @Test func aWarningNamesAFewAttributesAndCountsTheRest() throws {
        var dataSet = DataSet.instance()
        for element in 1...7 as ClosedRange<UInt16> {
            dataSet.set(DataElement(Tag(0x0009, 0x1000 + element), .UI, "1..1"))
        }
        let warnings = try ImportCheck.check(.holding(dataSet))
        #expect(warnings.count == 1)
        #expect(warnings[0].message.hasSuffix("00091001, 00091002, 00091003, 00091004, 00091005 and 2 more."))
    }

    // MARK: SOP class

    @Test func aSOPClassThatTheFileMetaContradictsIsWarnedOf() throws {
        let meta = [DataElement(.mediaStorageSOPClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2")]
        #expect(try ImportCheck.check(.holding(.instance(), fileMeta: meta)).map(\.code) == [.sopClassDataMismatch])
    }

    @Test func anAbsentSOPClassIsWarnedOf() throws {
        var dataSet = DataSet.instance()
        dataSet.remove(.sopClassUID)
        #expect(try ImportCheck.check(.holding(dataSet)).map(\.code) == [.sopClassDataMismatch])
    }

    @Test(arguments: [
        ("1.2.840.10008.5.1.4.1.1.2", true),  // CT Image Storage
        ("1.2.840.10008.5.1.4.1.1.1.1", true),  // Digital X-Ray Image Storage - For Presentation
        ("1.2.840.10008.5.1.4.1.1.104.1", true),  // Encapsulated PDF Storage
        ("1.2.840.10008.5.1.4.1.1.4.2", false),  // MR Spectroscopy Storage
        ("1.2.840.10008.5.1.4.1.1.481.2", false),  // RT Dose Storage: a dose may be points only
        ("1.2.840.10008.5.1.4.1.1.88.11", false),  // Basic Text SR Storage
        ("1.2.3.4.5.6", false),  // private
    ])
    func anImageWithoutPixelDataIsWarnedOf(sopClassUID: String, isMismatch: Bool) throws {
        #expect(
            try codes(DataElement(.sopClassUID, .UI, sopClassUID)) == (isMismatch ? [.sopClassDataMismatch] : []))
    }

    // MARK: What the reader found

    @Test func whatTheReaderChangedOrLeftOutIsWarnedOf() throws {
        let found: [ReadingWarning] = [
            ReadingWarning(.unknownVR, tag: .patientSex, offset: 0, ""),
            ReadingWarning(.duplicateElement, tag: .studyID, offset: 0, ""),
            ReadingWarning(.missingPreamble, offset: 0, ""), ReadingWarning(.oddLength, tag: .studyID, offset: 0, ""),
        ]
        let warnings = try ImportCheck.check(.holding(.instance(), warnings: found))
        #expect(warnings.map(\.code) == [.coercionOfDataElements, .elementsDiscarded])
        #expect(warnings[0].message == "The file was imported but data elements were changed: PatientSex.")
        #expect(warnings[1].message == "The file was imported but data elements were discarded: StudyID.")
    }
}
