import DICOM
import Testing

@testable import ImageSets

struct MetadataOverlayTests {
    private static let study = "1.2.3"

    /// An instance of series `1.2.3.4` in Latin-1.
    private static func instance(_ number: Int = 1, _ more: [DataElement] = []) -> DataSet {
        DataSet(
            [
                DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientName, .PN, "Old^Name"),
                DataElement(.patientID, .LO, "P1"), DataElement(.studyInstanceUID, .UI, study),
                DataElement(.seriesInstanceUID, .UI, "1.2.3.4"), DataElement(.sopInstanceUID, .UI, "1.2.3.4.\(number)"),
                DataElement(.studyDescription, .LO, bytes: [0x4D, 0xFC, 0x6C, 0x6C]),
                DataElement(.rows, .US, bytes: [16, 0]),
            ] + more)
    }

    private static func overlay(_ text: String) throws -> MetadataOverlay {
        try MetadataOverlay(Array(text.utf8), studyInstanceUID: study)
    }

    // MARK: The DICOM JSON model

    @Test func attributesOfAnObjectReplaceThoseOfEveryInstance() throws {
        let overlay = try Self.overlay(
            #"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"New^Name"}]},"00081030":{"vr":"LO"},"#
                + #""00101040":{"vr":"LO","Value":["Street"]}}"#)
        for number in 1...2 {
            let result = overlay.applied(to: Self.instance(number))
            #expect(result.string(.patientName) == "New^Name")
            #expect(result.string(.patientID) == "P1")
            #expect(result[.studyDescription]?.value.isEmpty == true)
            #expect(result.string(Tag(0x0010, 0x1040)) == "Street")
        }
    }

    @Test func anObjectThatNamesASeriesOrAnInstanceIsForItAlone() throws {
        let overlay = try Self.overlay(
            """
            [{"0020000D":{"vr":"UI","Value":["1.2.3"]},"00100020":{"vr":"LO","Value":["general"]}},
             {"0020000E":{"vr":"UI","Value":["1.2.3.4"]},"00100020":{"vr":"LO","Value":["series"]}},
             {"0020000E":{"vr":"UI","Value":["1.2.3.9"]},"00100020":{"vr":"LO","Value":["other"]}},
             {"00080018":{"vr":"UI","Value":["1.2.3.4.2"]},"00100020":{"vr":"LO","Value":["instance"]}}]
            """)
        #expect(overlay.applied(to: Self.instance(1)).string(.patientID) == "series")
        #expect(overlay.applied(to: Self.instance(2)).string(.patientID) == "instance")
        var elsewhere = Self.instance(1)
        elsewhere.set(DataElement(.seriesInstanceUID, .UI, "1.2.3.5"))
        #expect(overlay.applied(to: elsewhere).string(.patientID) == "general")
    }

    @Test func whatAnInstanceIsAndHowItsPixelsAreReadStays() throws {
        let overlay = try Self.overlay(
            """
            {"00080018":{"vr":"UI","Value":["1.2.3.4.1"]},"00080016":{"vr":"UI","Value":["1.9"]},
             "00280010":{"vr":"US","Value":[999]},"00280008":{"vr":"IS","Value":[7]},
             "7FE00010":{"vr":"OW","BulkDataURI":"http://x"},"00020010":{"vr":"UI","Value":["1.2"]},
             "00420011":{"vr":"OB","BulkDataURI":"http://x"},"00080005":{"vr":"CS","Value":["ISO_IR 13"]},
             "00100020":{"vr":"LO","Value":["P2"]}}
            """)
        let before = Self.instance(1)
        var after = overlay.applied(to: before)
        #expect(after.string(.patientID) == "P2")
        after.set(DataElement(.patientID, .LO, "P1"))
        #expect(after == before)
    }

    @Test func textBeyondASCIIMakesAllTextUTF8() throws {
        let overlay = try Self.overlay(#"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"山田"}]}}"#)
        let result = overlay.applied(to: Self.instance())
        #expect(result.string(.specificCharacterSet) == "ISO_IR 192")
        #expect(result.string(.patientName) == "山田")
        #expect(result.string(.studyDescription) == "Müll")
        let ascii = try Self.overlay(#"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"A"}]}}"#)
        #expect(ascii.applied(to: Self.instance()).string(.specificCharacterSet) == "ISO_IR 100")
        #expect(ascii.applied(to: Self.instance()).string(.studyDescription) == "Müll")
    }

    @Test func aSequenceIsReplacedAsAWhole() throws {
        let sequence = Tag(0x0008, 0x1140)
        let overlay = try Self.overlay(
            #"{"00081140":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.9"]}}]}}"#)
        let item = DataSet([DataElement(.patientID, .LO, "x")])
        let result = overlay.applied(to: Self.instance(1, [DataElement(sequence, items: [item, item])]))
        #expect(result.items(sequence).map { $0.elements.map(\.tag) } == [[Tag(0x0008, 0x1155)]])
    }

    // MARK: The layout of image set metadata

    @Test func theLayoutOfImageSetMetadataIsTakenLevelByLevel() throws {
        let overlay = try Self.overlay(
            """
            {"SchemaVersion":"1.1","DatastoreID":"d","ImageSetID":"i",
             "Patient":{"DICOM":{"PatientName":"New^Name","PatientBirthDate":null}},
             "Study":{"DICOM":{"StudyInstanceUID":"1.2.3","StudyDescription":"new"},
              "Series":{"1.2.3.4":{"DICOM":{"Modality":"MR","SoftwareVersions":["1","2"]},
               "Instances":{"1.2.3.4.2":{"DICOM":{"InstanceNumber":"7","ImageComments":"second","Rows":99,
                 "ReferencedImageSequence":[{"ReferencedSOPInstanceUID":"1.9"}],"00091010":"AAEC","PixelData":null},
                "DICOMVRs":{"00091010":"OB"},"ImageFrames":[{"ID":"f"}]}}},
               "1.2.3.9":{"DICOM":{"Modality":"US"}}}}}
            """)
        let first = overlay.applied(to: Self.instance(1))
        #expect(first.string(.patientName) == "New^Name")
        #expect(first.string(.studyDescription) == "new")
        #expect(first.string(.modality) == "MR")
        #expect(first.strings(Tag(0x0018, 0x1020)) == ["1", "2"])
        #expect(first[Tag(0x0010, 0x0030)]?.value.isEmpty == true)
        #expect(first[Tag(0x0020, 0x4000)] == nil)
        let second = overlay.applied(to: Self.instance(2))
        #expect(second.string(Tag(0x0020, 0x4000)) == "second")
        #expect(second.integer(.instanceNumber) == 7)
        #expect(second.integer(.rows) == 16)
        #expect(second.items(Tag(0x0008, 0x1140)).first?.string(Tag(0x0008, 0x1155)) == "1.9")
        #expect(second[Tag(0x0009, 0x1010)]?.value == .bytes([0, 1, 2, 0]))
        #expect(second[Tag(0x0009, 0x1010)]?.vr == .OB)
    }

    @Test func aDocumentOfThisStoreLaidOverItsInstanceChangesNothing() throws {
        let before = DataSet(
            Self.instance().elements.filter { $0.tag != .specificCharacterSet && $0.tag != .studyDescription })
        let json = String(decoding: DICOMJSON.encode(before), as: UTF8.self)
        #expect(try Self.overlay(json).applied(to: before) == before)
    }

    // MARK: What is no metadata

    @Test(arguments: [
        "", "no JSON", "[", "{}", "[]", "7", #""text""#, "[1]", #"{"x":1}"#, #"{"00100010":7}"#,
        #"{"00100010":{"vr":"ZZ"}}"#, #"{"00280030":{"vr":"US","Value":["text"]}}"#,
        #"{"0020000D":{"vr":"UI","Value":["9.9"]},"00100020":{"vr":"LO","Value":["x"]}}"#,
        #"{"Study":{"DICOM":{"StudyInstanceUID":"9.9"}}}"#, #"{"Study":7}"#, #"{"Patient":{"DICOM":[]}}"#,
        #"{"Patient":{"DICOM":{"NoSuchKeyword":"x"}}}"#, #"{"Patient":{"DICOM":{"PatientID":{"a":1}}}}"#,
        #"{"Patient":{},"Study":{"Series":[]}}"#,
        #"{"Patient":{"DICOM":{"00091010":"x"},"DICOMVRs":{"00091010":"ZZ"}}}"#,
        #"{"Study":{"Series":{"1":{"Instances":{"2":{"DICOM":{"ReferencedImageSequence":["x"]}}}}}}}"#,
    ])
    func whatIsNoMetadataSaysWhyAndHoldsNoValues(text: String) {
        let error = #expect(throws: MetadataOverlayError.self) { try Self.overlay(text) }
        #expect(error?.reason.isEmpty == false)
        #expect(error?.reason.contains("9.9") != true)
    }

    @Test(arguments: [#"{"PatientID":"x"}"#, "{}"])
    func sequencesDeeperThanOfAnyFileAreRefused(innermost: String) throws {
        func document(_ depth: Int) -> String {
            let sequences = (0..<depth).reduce(innermost) { value, _ in #"{"ReferencedImageSequence":[\#(value)]}"# }
            return #"{"Patient":{"DICOM":\#(sequences)}}"#
        }
        _ = try Self.overlay(document(64))
        #expect(throws: MetadataOverlayError.self) { try Self.overlay(document(65)) }
    }
}
