import DICOM
import ImageSets
import Testing

/// The rules of spec/30 on what an update may change; end to end tests go through each with real clients.
@Suite struct MetadataChangeTests {
    private static let series = "1.2.4"
    private static let instance = "1.2.5"

    private func change(
        _ updatable: String? = nil, removing removable: String? = nil, isForced: Bool = false, isPrimary: Bool = false,
        instances: [String: DataSet] = [:]
    ) throws -> MetadataChange {
        try MetadataChange(
            updatable: updatable.map { try ChangeDocument($0.utf8, member: "updatableAttributes") },
            removable: removable.map { try ChangeDocument($0.utf8, member: "removableAttributes") },
            standing: .init(
                isPrimary: isPrimary, isForced: isForced, seriesInstanceUID: Self.series, instances: instances))
    }

    private func patient(_ attributes: String) -> String {
        #"{"SchemaVersion": 1.1, "Patient": {"DICOM": {\#(attributes)}}}"#
    }

    private func instance(_ attributes: String, vrs: String = "") -> String {
        #"{"SchemaVersion": "1.1", "Study": {"Series": {"\#(Self.series)": {"Instances": {"\#(Self.instance)": "#
            + #"{"DICOM": {\#(attributes)}, "DICOMVRs": {\#(vrs)}}}}}}}"#
    }

    @Test func attributesAreEncodedByTheirLevels() throws {
        let made = try change(
            #"{"SchemaVersion": 1.1, "Patient": {"DICOM": {"PatientName": "Ä^B"}}, "Study": {"DICOM": "#
                + #"{"PatientWeight": 70.5, "StudyDate": null}}}"#)
        #expect(made[.patient].updated.string(.patientName, in: .utf8) == "Ä^B")
        #expect(made[.study].updated.decimal(.patientWeight) == 70.5)
        #expect(made[.study].updated[.studyDate]?.value.isEmpty == true)
        #expect(made.changesStudy && !made.changesSeries)
        #expect(made.ofStudy == made)
    }

    @Test(arguments: [
        (#""PatientBirthDate": "20240230x""#, "PatientBirthDate"), (#""PatientSex": "f""#, "PatientSex"),
        (#""PatientName": "\#(String(repeating: "x", count: 65))""#, "PatientName"),
        (#""PatientName": "a\nb""#, "PatientName"), (#""PatientName": 7"#, "PatientName"),
        (#""PatientName": true"#, "PatientName"), (#""PatientID": "a\\b""#, "PatientID"),
        (#""PatientBirthTime": "2460""#, "PatientBirthTime"), (#""PatientName": {"Alphabetic": "A"}"#, "PatientName"),
    ])
    func aValueThatDoesNotFitIsRefusedByKeyword(attributes: String, keyword: String) {
        #expect {
            try change(patient(attributes))
        } throws: { error in
            (error as? ChangeRefusal)?.message.contains(keyword) == true
        }
    }

    @Test(arguments: [
        #""PatientBirthDate": "20240229""#, #""PatientBirthTime": "235960.123456""#, #""PatientBirthTime": "07""#,
        #""PatientSex": """#, #""PatientSex": null"#, #""PatientName": "A^B=C^D=E^F""#, #""PatientID": ["X"]"#,
        #""PatientComments": "two\r\nlines""#,
    ])
    func aValueThatFitsIsTaken(attributes: String) throws {
        _ = try change(patient(attributes), isPrimary: true)
    }

    @Test func numbersGoIntoTheVRThatHoldsThem() throws {
        let made = try change(
            instance(#""PixelPaddingRangeLimit": -5, "Rows": 7, "SliceThickness": 2.5, "InstanceNumber": "3""#))
        let updated = try #require(made.instances[Self.instance]).updated
        #expect(updated[Tag(0x0028, 0x0121)]?.vr == .SS)
        #expect(updated.integer(Tag(0x0028, 0x0121)) == -5)
        #expect(updated.integer(.rows) == 7 && updated.decimal(.sliceThickness) == 2.5)
        #expect(throws: ChangeRefusal.self) { try change(instance(#""Rows": 70000"#), isForced: true) }
        #expect(throws: ChangeRefusal.self) { try change(instance(#""Rows": "many""#), isForced: true) }
    }

    @Test func theVROfAPrivateAttributeIsToldOrKnown() throws {
        let tag = Tag(0x0019, 0x10F9)
        #expect(throws: ChangeRefusal.self) { try change(instance(#""001910F9": "97""#), isForced: true) }
        let told = try change(instance(#""001910F9": "97""#, vrs: #""001910F9": "DS""#), isForced: true)
        #expect(told.instances[Self.instance]?.updated[tag]?.vr == .DS)
        let known = try change(
            instance(#""001910F9": "97""#), isForced: true,
            instances: [Self.instance: DataSet([DataElement(tag, .LO, "before")])])
        #expect(known.instances[Self.instance]?.updated[tag]?.vr == .LO)
        let document = try ChangeDocument(instance(#""001910F9": "97""#).utf8, member: "updatableAttributes")
        #expect(document.instancesWithUntoldVRs == [Self.instance])
    }

    @Test func theVROfAStandardAttributeIsTheDictionarys() throws {
        #expect(throws: ChangeRefusal.self) {
            try change(instance(#""SliceThickness": "AAAA""#, vrs: #""00180050": "OB""#), isForced: true)
        }
        let made = try change(
            instance(#""SmallestImagePixelValue": 5"#, vrs: #""SmallestImagePixelValue": "SS""#))
        #expect(made.instances[Self.instance]?.updated[.smallestImagePixelValue]?.vr == .SS)
    }

    /// What is stored must be read again.
    @Test(arguments: [(32, true), (33, false), (250, false)])
    func sequencesAreNestedOnlySoDeep(depth: Int, isTaken: Bool) throws {
        let text = (1..<depth).reduce("[{}]") { inner, _ in #"[{"ContentSequence": \#(inner)}]"# }
        let document = instance(#""ContentSequence": \#(text)"#)
        guard isTaken else {
            #expect(throws: ChangeRefusal.self) { try change(document, isForced: true) }
            return
        }
        var edits = InstanceEdits()
        edits.apply(try #require(try change(document, isForced: true).instances[Self.instance]))
        #expect(try InstanceEdits(bytes: edits.bytes()) == edits)
    }

    @Test func nothingIsBothUpdatedAndRemoved() {
        let both = patient(#""PatientSex": "O""#)
        #expect(throws: ChangeRefusal.self) { try change(both, removing: both) }
        let removal = instance("").replacing(#"{"DICOM": {}, "DICOMVRs": {}}"#, with: "{}")
        #expect(throws: ChangeRefusal.self) {
            try change(instance(#""SliceThickness": "1""#), removing: removal, isForced: true)
        }
        #expect(throws: ChangeRefusal.self) { try change(instance("")) }
    }

    @Test func editsSurviveTheirByteFormAndApplyInOrder() throws {
        var edits = InstanceEdits()
        let first = try change(instance(#""SliceThickness": "1", "ImageComments": "Ä""#))
        edits.apply(try #require(first.instances[Self.instance]))
        let second = try change(removing: instance(#""SliceThickness": """#))
        edits.apply(try #require(second.instances[Self.instance]))
        edits.follow([.patientName])
        #expect(try InstanceEdits(bytes: edits.bytes()) == edits)
        var header = DataSet([DataElement(.specificCharacterSet, .CS, "ISO_IR 100")])
        header.set(DataElement(.sliceThickness, .DS, "5"))
        header.set(DataElement(Tag(0x0018, 0x4000), .LT, .bytes([0xE9, 0x20])))
        let stored = StoredHeader(fileMeta: DataSet(), dataSet: header, transferSyntaxUID: "", pixelElement: nil)
        let applied = edits.applied(to: stored).dataSet
        #expect(!applied.contains(.sliceThickness))
        #expect(applied.string(.imageComments) == "Ä" && applied.string(Tag(0x0018, 0x4000)) == "é")
        #expect(applied.string(.specificCharacterSet) == "ISO_IR 192")
        let third = try change(instance(#""SliceThickness": "2""#))
        edits.apply(try #require(third.instances[Self.instance]))
        #expect(edits.applied(to: stored).dataSet.decimal(.sliceThickness) == 2)
    }

    @Test func damagedEditsAreAnErrorAndNotATrap() throws {
        var edits = InstanceEdits()
        edits.apply(try #require(try change(instance(#""ImageComments": "comment""#)).instances[Self.instance]))
        edits.follow([.patientID, .patientName])
        let bytes = try edits.bytes()
        for count in 0..<bytes.count { _ = try? InstanceEdits(bytes: Array(bytes.prefix(count))) }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xFF
            _ = try? InstanceEdits(bytes: damaged)
        }
        #expect(throws: DICOMError.self) { try InstanceEdits(bytes: []) }
    }

    @Test func levelsRememberWhatWasEdited() throws {
        var levels = ImageSetLevels(
            .instance(DataElement(.patientName, .PN, "A"), DataElement(.stationName, .SH, "ONE")))
        let original = levels
        let made = try change(
            patient(#""PatientName": "B""#),
            removing: #"{"SchemaVersion": 1.1, "Study": {"Series": {"1.2.4": {"DICOM": {"StationName": 1}}}}}"#)
        #expect(levels.apply(made) == [.patient, .series])
        #expect(levels.editedTags == [.patientName, .stationName])
        #expect(levels.differences(from: original, at: .patient) == [.patientName])
        #expect(levels.differences(from: original, at: .series) == [.stationName])
        #expect(levels.differences(from: original, at: .study).isEmpty)
        let read = try ImageSetLevels(
            patientBytes: levels.bytes(of: .patient), studyBytes: levels.bytes(of: .study),
            seriesBytes: levels.bytes(of: .series))
        #expect(read == levels)
        let view = InstanceView.dataSet(
            header: .instance(DataElement(.patientName, .PN, "A"), DataElement(.stationName, .SH, "TWO")), levels: read)
        #expect(view.string(.patientName) == "B" && !view.contains(.stationName))
    }

    @Test func aPromotionNamesWhatConflicts() {
        func key(patient: String = "P", study: String = "1", number: String = "1") -> GroupingKey {
            GroupingKey(
                studyDate: "20240101", accessionNumber: "A", patientID: patient, studyInstanceUID: study, studyID: "S",
                seriesInstanceUID: "1.1", seriesNumber: number)
        }
        #expect(throws: Never.self) { try Promotion.check(key(), sisters: [], home: nil) }
        #expect(throws: Never.self) { try Promotion.check(key(), sisters: [key()], home: key()) }
        func refusal(_ key: GroupingKey, _ sisters: [GroupingKey], _ home: GroupingKey?) -> String? {
            do { try Promotion.check(key, sisters: sisters, home: home) } catch { return error.message }
            return nil
        }
        #expect(refusal(key(patient: "Q"), [key()], nil)?.hasSuffix("in PatientID") == true)
        #expect(refusal(key(number: "2"), [key()], key())?.hasSuffix("in SeriesNumber") == true)
        #expect(refusal(key(study: "2"), [], key())?.hasSuffix("in StudyInstanceUID") == true)
        #expect(refusal(key(study: ""), [], nil) != nil)
    }
}
