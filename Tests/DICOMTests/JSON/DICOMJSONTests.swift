import DICOM
import TestSupport
import Testing

/// The attributes of PS3.18 F.4, an answer to a search for studies.
private let study = #"""
    {"00080005":{"vr":"CS","Value":["ISO_IR 192"]},
    "00080020":{"vr":"DA","Value":["20130409"]},
    "00080030":{"vr":"TM","Value":["131600.0000"]},
    "00080050":{"vr":"SH","Value":["11235813"]},
    "00080056":{"vr":"CS","Value":["ONLINE"]},
    "00080061":{"vr":"CS","Value":["CT","PET"]},
    "00080090":{"vr":"PN","Value":[{"Alphabetic":"^Bob^^Dr."}]},
    "00081190":{"vr":"UR","Value":["http://wado.nema.org/studies/1.2.392.200036.9116.2.2.2.1762893313.1029997326.945873"]},
    "00090010":{"vr":"LO","Value":["Vendor A"]},
    "00091002":{"vr":"UN","InlineBinary":"z0x9c8v7"},
    "00100010":{"vr":"PN","Value":[{"Alphabetic":"Wang^XiaoDong","Ideographic":"王^小東"}]},
    "00100020":{"vr":"LO","Value":["12345"]},
    "00100030":{"vr":"DA","Value":["19670701"]},
    "00100040":{"vr":"CS","Value":["M"]},
    "00101002":{"vr":"SQ","Value":[
    {"00100020":{"vr":"LO","Value":["54321"]},"00100021":{"vr":"LO","Value":["Hospital B"]}},
    {"00100020":{"vr":"LO","Value":["24680"]},"00100021":{"vr":"LO","Value":["Hospital C"]}}]},
    "0020000D":{"vr":"UI","Value":["1.2.392.200036.9116.2.2.2.1762893313.1029997326.945873"]},
    "00200010":{"vr":"SH","Value":["11235813"]},
    "00201206":{"vr":"IS","Value":[4]},
    "00201208":{"vr":"IS","Value":[942]}}
    """#.filter { !$0.isNewline }

private func json(_ elements: DataElement..., bulkDataURI: DICOMJSON.BulkDataURI = { _, _ in nil }) -> String {
    String(decoding: DICOMJSON.encode(DataSet(elements), bulkDataURI: bulkDataURI), as: UTF8.self)
}

private func bytes(_ tag: Tag, _ vr: VR, _ bytes: [UInt8]) -> DataElement {
    DataElement(tag, vr, .bytes(bytes[...]))
}

@Suite struct DICOMJSONWritingTests {
    @Test func theExampleOfTheStandardComesBack() throws {
        let dataSet = try DICOMJSON.decode(Array(study.utf8))
        #expect(dataSet.string(.patientName) == "Wang^XiaoDong=王^小東")
        #expect(dataSet.strings(.modalitiesInStudy) == ["CT", "PET"])
        #expect(dataSet.integer(.numberOfStudyRelatedInstances) == 942)
        #expect(
            dataSet.items(.otherPatientIDsSequence).map { $0.string(.issuerOfPatientID) } == [
                "Hospital B", "Hospital C",
            ])
        #expect(dataSet[Tag(0x0009, 0x1002)] == bytes(Tag(0x0009, 0x1002), .UN, [0xCF, 0x4C, 0x7D, 0x73, 0xCB, 0xFB]))
        #expect(String(decoding: DICOMJSON.encode(dataSet), as: UTF8.self) == study)
    }

    @Test(arguments: VR.allCases)
    func anEmptyAttributeHasOnlyItsVR(vr: VR) {
        let element = DataElement(Tag(0x0009, 0x1001), vr, vr == .SQ ? .items([]) : .bytes([]))
        #expect(json(element) == #"{"00091001":{"vr":"\#(vr)"}}"#)
    }

    @Test func aValueOfPaddingIsEmpty() {
        #expect(json(DataElement(.patientID, .LO, "  ")) == #"{"00100020":{"vr":"LO"}}"#)
        #expect(json(bytes(.sopInstanceUID, .UI, [0, 0])) == #"{"00080018":{"vr":"UI"}}"#)
    }

    @Test(
        arguments: [
            (VR.CS, " A \\\\B ", #"["A",null,"B"]"#),  // spaces at both ends do not count; F.2.5: null
            (.LO, " x y ", #"["x y"]"#),
            (.PN, "A^B=\\", #"[{"Alphabetic":"A^B"},null]"#),
            (.PN, "A^B\\==", #"[{"Alphabetic":"A^B"},null]"#),
            (.PN, "==C", #"[{"Phonetic":"C"}]"#),
            (.LT, " a\\b ", #"[" a\\b"]"#),  // one value, leading spaces count
            (.UT, "a\r\nb", #"["a\r\nb"]"#),
            (.UR, "http://a/b ", #"["http://a/b"]"#),
            (.UI, "1.2\\1.3\0", #"["1.2","1.3"]"#),
            (.DA, "20130409", #"["20130409"]"#),
            (.IS, "1\\ 2 \\+3\\-04\\x\\", #"[1,2,3,-4,"x",null]"#),
            (.DS, "0.10\\.5\\5.\\1E5\\-00.25\\1e999\\1,5", #"[0.10,0.5,5,1e5,-0.25,"1e999","1,5"]"#),
            (.DS, "-\\.\\e5\\1e\\1e+\\0x10\\NaN", #"["-",".","e5","1e","1e+","0x10","NaN"]"#),
        ] as [(VR, String, String)])
    func textOfEachVR(vr: VR, text: String, values: String) {
        let element = DataElement(Tag(0x0009, 0x1001), vr, .bytes(Array(text.utf8)[...]))
        #expect(json(element) == #"{"00091001":{"vr":"\#(vr)","Value":\#(values)}}"#)
    }

    @Test(
        arguments: [
            (VR.US, [0x01, 0x00, 0xFF, 0xFF], "[1,65535]"),
            (.SS, [0xFE, 0xFF], "[-2]"),
            (.UL, [0xFF, 0xFF, 0xFF, 0xFF], "[4294967295]"),
            (.SL, [0xFF, 0xFF, 0xFF, 0xFF], "[-1]"),
            (.UV, [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00], "[9007199254740992]"),
            (.UV, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], #"["18446744073709551615"]"#),
            (.SV, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "[-1]"),
            (.SV, [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80], #"["-9223372036854775808"]"#),
            (.FL, [0x00, 0x00, 0x80, 0x3F, 0xCD, 0xCC, 0xCC, 0x3D], "[1,0.1]"),
            (.FL, [0x00, 0x00, 0xC0, 0x7F, 0x00, 0x00, 0x80, 0xFF], #"["NaN","-Infinity"]"#),
            (.FD, [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F], "[0.1]"),
            (.FD, [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x7F], #"["Infinity"]"#),
            (.AT, [0x18, 0x00, 0x30, 0x10], #"["00181030"]"#),
            (.AT, [0xDD, 0x7F, 0x90, 0x10, 0x01, 0x00], #"["7FDD1090"]"#),  // half a tag is left out
        ] as [(VR, [UInt8], String)])
    func numbersAndTags(vr: VR, value: [UInt8], values: String) throws {
        let element = bytes(Tag(0x0009, 0x1001), vr, value)
        let text = json(element)
        #expect(text == #"{"00091001":{"vr":"\#(vr)","Value":\#(values)}}"#)
        #expect(try DICOMJSON.encode(DICOMJSON.decode(Array(text.utf8))) == Array(text.utf8))
    }

    @Test(arguments: [VR.OB, .OD, .OF, .OL, .OV, .OW, .UN])
    func binaryValuesAreBase64(vr: VR) {
        #expect(
            json(bytes(Tag(0x0009, 0x1001), vr, [1, 2, 3, 4]))
                == #"{"00091001":{"vr":"\#(vr)","InlineBinary":"AQIDBA=="}}"#)
    }

    @Test func fileMetaAndGroupLengthsAreLeftOut() {
        let text = json(
            DataElement(.transferSyntaxUID, .UI, "1.2.840.10008.1.2.1"),
            DataElement(Tag(0x0010, 0x0000), .UL, integers: [8]),
            DataElement(.patientID, .LO, "1"))
        #expect(text == #"{"00100020":{"vr":"LO","Value":["1"]}}"#)
    }

    @Test func bulkValuesAreNamedByTheCallersURI() {
        let icon = DataSet([DataElement(.pixelData, .OW, .bulk(BulkValue(offset: 0, length: 9)))])
        var paths: [String] = []
        let text = json(
            DataElement(.iconImageSequence, items: [DataSet(), icon]), DataElement(.patientID, .LO, "1"),
            DataElement(.encapsulatedDocument, .OB, .bulk(BulkValue(offset: 0, length: 9)))
        ) { path, element in
            paths.append("\(path) \(element.vr)")
            return element.tag == .pixelData ? "../bulkdata/1" : nil
        }
        #expect(
            text == #"{"00100020":{"vr":"LO","Value":["1"]},"00420011":{"vr":"OB"},"#
                + #""00880200":{"vr":"SQ","Value":[{},{"7FE00010":{"vr":"OW","BulkDataURI":"../bulkdata/1"}}]}}"#)
        #expect(paths == ["00100020 LO", "00420011 OB", "00880200/1/7FE00010 OW"])
    }

    @Test func sequencesAndBytesKeepAVRThatFitsTheirForm() {
        #expect(
            json(DataElement(Tag(0x0009, 0x1001), .UN, .items([DataSet()])))
                == #"{"00091001":{"vr":"SQ","Value":[{}]}}"#)
        #expect(json(bytes(Tag(0x0009, 0x1001), .SQ, [1, 2])) == #"{"00091001":{"vr":"UN","InlineBinary":"AQI="}}"#)
    }
}

@Suite struct DICOMJSONCharacterSetTests {
    private let cyrillic: [UInt8] = [0xBB, 0xEE]  // Лю in ISO-IR 144

    @Test func theDeclaredSetBecomesUTF8() {
        let text = json(DataElement(.specificCharacterSet, .CS, "ISO_IR 144"), bytes(.patientName, .PN, cyrillic))
        #expect(
            text
                == #"{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Лю"}]}}"#
        )
    }

    @Test func itemsInheritTheSetOrBringTheirOwn() {
        let inheriting = DataSet([bytes(.patientID, .LO, cyrillic)])
        let own = DataSet([
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), bytes(.patientID, .LO, [0xE9, 0x20]),
        ])
        let text = json(
            DataElement(.specificCharacterSet, .CS, "ISO_IR 144"),
            DataElement(.otherPatientIDsSequence, items: [inheriting, own]))
        #expect(
            text == #"{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00101002":{"vr":"SQ","Value":["#
                + #"{"00100020":{"vr":"LO","Value":["Лю"]}},"#
                + #"{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00100020":{"vr":"LO","Value":["é"]}}]}}"#)
    }

    @Test func undeclaredTextBeyondASCIIGetsADeclaration() {
        let name = DataElement(.patientID, .LO, "é")
        let id = #""00100020":{"vr":"LO","Value":["é"]}"#
        let declaration = #""00080005":{"vr":"CS","Value":["ISO_IR 192"]}"#
        #expect(json(name) == "{\(declaration),\(id)}")
        #expect(json(DataElement(.specificCharacterSet, .CS, ""), name) == "{\(declaration),\(id)}")
        #expect(
            json(DataElement(.otherPatientIDsSequence, items: [DataSet([name])]))
                == "{\(declaration),\"00101002\":{\"vr\":\"SQ\",\"Value\":[{\(id)}]}}")
        #expect(json(DataElement(.patientID, .LO, "e")) == #"{"00100020":{"vr":"LO","Value":["e"]}}"#)
    }

    @Test func readTextIsDeclaredAsUTF8() throws {
        func characterSet(_ json: String) throws -> String? {
            try DICOMJSON.decode(Array(json.utf8)).string(.specificCharacterSet)
        }
        #expect(try characterSet(#"{"00080005":{"vr":"CS","Value":["ISO_IR 100"]}}"#) == "ISO_IR 192")
        #expect(try characterSet(#"{"00100020":{"vr":"LO","Value":["é"]}}"#) == "ISO_IR 192")
        #expect(
            try characterSet(#"{"00081140":{"vr":"SQ","Value":[{"00100020":{"vr":"LO","Value":["é"]}}]}}"#)
                == "ISO_IR 192")
        #expect(try characterSet(#"{"00100020":{"vr":"LO","Value":["e"]}}"#) == nil)
    }

    @Test func anyBytesOfAnyVRGiveValidJSON() throws {
        var generator = SeededGenerator(seed: 1)
        let terms = [
            "", "ISO_IR 100", "ISO_IR 13", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "?",
        ]
        // Bytes that mean something in text are as frequent as all others.
        let telling: [UInt8] = [0x00, 0x0A, 0x1B, 0x20, 0x22, 0x24, 0x28, 0x29, 0x2D, 0x42, 0x43, 0x5C, 0x5E, 0x3D]
        for vr in VR.allCases where vr != .SQ {
            for term in terms {
                for _ in 0..<12 {
                    let value = (0..<Int.random(in: 1...24, using: &generator)).map { _ in
                        let byte = UInt8.random(in: 0...255, using: &generator)
                        return Bool.random(using: &generator) ? byte : telling[Int(byte) % telling.count]
                    }
                    let text = json(
                        DataElement(.specificCharacterSet, .CS, term), bytes(Tag(0x0009, 0x1001), vr, value))
                    #expect(throws: Never.self) { try DICOMJSON.decode(Array(text.utf8)) }
                }
            }
        }
    }
}

@Suite struct DICOMJSONReadingTests {
    private func element(_ member: String) throws -> DataElement? {
        try DICOMJSON.decode(Array("{\(member)}".utf8)).elements.last
    }

    @Test(arguments: [
        (#""00100010":{"vr":"PN","Value":[{"Alphabetic":"A^B","Phonetic":"C"},"D^E",null]}"#, VR.PN, "A^B==C\\D^E\\ "),
        (#""00280030":{"vr":"DS","Value":[0.10,"0.20 "]}"#, .DS, "0.10\\0.20 "),  // digits are kept
        (#""00200013":{"vr":"IS","Value":[7]}"#, .IS, "7 "),
        (#""00080018":{"vr":"UI","Value":["1.2"]}"#, .UI, "1.2\0"),
        (#""00080008":{"vr":"CS","Value":["A",null,"B"]}"#, .CS, "A\\\\B"),
        (#""00104000":{"vr":"LT","Value":["a\\b"]}"#, .LT, "a\\b "),
        (#""00100020":{"Value":["1"],"vr":"LO"}"#, .LO, "1 "),
        (#""00100020":{"Value":["12"]}"#, .LO, "12"),  // PS3.6 has the VR
        (#""00090010":{"Value":["ACME"]}"#, .LO, "ACME"),
        (#""0020000d":{"vr":"UI","Value":["1.22"],"keyword":"StudyInstanceUID"}"#, .UI, "1.22"),
        (#""00100020":{"vr":"LO","Value":[]}"#, .LO, ""), (#""00100020":{"vr":"LO","Value":null}"#, .LO, ""),
        (#""00100020":{"vr":"LO"}"#, .LO, ""),
    ])
    func textOfEachForm(member: String, vr: VR, value: String) throws {
        let element = try element(member)
        #expect(element?.vr == vr)
        #expect(element?.value == .bytes(Array(value.utf8)[...]))
    }

    @Test(
        arguments: [
            (#""00280010":{"vr":"US","Value":[1,"2",3.0]}"#, VR.US, [1, 0, 2, 0, 3, 0]),
            (#""00280106":{"Value":[-1]}"#, .SS, [0xFF, 0xFF]),  // US or SS
            (#""00280106":{"Value":[1]}"#, .US, [1, 0]),
            (#""00209165":{"vr":"AT","Value":["00181030"]}"#, .AT, [0x18, 0x00, 0x30, 0x10]),
            (#""00091001":{"vr":"UV","Value":["18446744073709551615"]}"#, .UV, [UInt8](repeating: 0xFF, count: 8)),
            (#""00091001":{"vr":"FL","Value":["Infinity"]}"#, .FL, [0x00, 0x00, 0x80, 0x7F]),
            (#""00091001":{"vr":"OB","InlineBinary":"AQID"}"#, .OB, [1, 2, 3, 0]),
            (#""00091001":{"vr":"UN","InlineBinary":["AQI="]}"#, .UN, [1, 2]),
            (#""00281201":{"InlineBinary":"AQI="}"#, .OW, [1, 2]),
        ] as [(String, VR, [UInt8])])
    func binaryOfEachForm(member: String, vr: VR, value: [UInt8]) throws {
        let element = try element(member)
        #expect(element?.vr == vr)
        #expect(element?.value == .bytes(value[...]))
    }

    @Test func nullIsNaNAmongFloats() throws {
        let dataSet = try DICOMJSON.decode(Array(#"{"00091001":{"vr":"FD","Value":[null]}}"#.utf8))
        #expect(dataSet.decimals(Tag(0x0009, 0x1001)).first?.isNaN == true)
    }

    @Test func anItemThatIsNullOrEmptyIsAnEmptyDataSet() throws {
        let dataSet = try DICOMJSON.decode(
            Array(#"{"00081140":{"vr":"SQ","Value":[{},null]},"00081115":{"vr":"SQ"}}"#.utf8))
        #expect(dataSet.items(.referencedImageSequence) == [DataSet(), DataSet()])
        #expect(dataSet[.referencedSeriesSequence]?.value == .items([]))
    }

    @Test func bulkDataComesFromTheCaller() throws {
        let text = #"{"00880200":{"vr":"SQ","Value":[{"7FE00010":{"vr":"OW","BulkDataURI":"u"}}]}}"#
        let dataSet = try DICOMJSON.decode(Array(text.utf8)) { path, uri in
            #expect(path.description == "00880200/0/7FE00010")
            return uri == "u" ? .bytes([1, 2]) : nil
        }
        #expect(dataSet.items(.iconImageSequence).first?[.pixelData]?.value == .bytes([1, 2]))
    }

    @Test func arraysAreSeveralDataSets() throws {
        let two = #"[{"00100020":{"vr":"LO","Value":["1"]}},{"00100020":{"vr":"LO","Value":["2"]}}]"#
        #expect(try DICOMJSON.decodeAll(Array(two.utf8)).map { $0.string(.patientID) } == ["1", "2"])
        #expect(try DICOMJSON.decodeAll(Array("{}".utf8)) == [DataSet()])
    }

    @Test(arguments: [
        ("[1]", DICOMJSONError(.notAnObject)),
        (#"{"00100020":"x"}"#, DICOMJSONError(.notAnObject, at: BulkPath(tag: .patientID))),
        (#"{"PatientID":{"vr":"LO"}}"#, DICOMJSONError(.invalidTag)),
        (#"{"00100020":{"vr":"XX"}}"#, DICOMJSONError(.invalidVR, at: BulkPath(tag: .patientID))),
        (#"{"00100020":{"vr":1}}"#, DICOMJSONError(.invalidVR, at: BulkPath(tag: .patientID))),
        (#"{"00091001":{"Value":["x"]}}"#, DICOMJSONError(.missingVR, at: BulkPath(tag: Tag(0x0009, 0x1001)))),
        (#"{"00100020":{"vr":"LO","Value":"x"}}"#, DICOMJSONError(.invalidValue, at: BulkPath(tag: .patientID))),
        (#"{"00100020":{"vr":"LO","Value":[true]}}"#, DICOMJSONError(.invalidValue, at: BulkPath(tag: .patientID))),
        (
            #"{"00100020":{"vr":"LO","InlineBinary":"AQI="}}"#,
            DICOMJSONError(.invalidValue, at: BulkPath(tag: .patientID))
        ),
        (
            #"{"00104000":{"vr":"LT","Value":["a","b"]}}"#,
            DICOMJSONError(.invalidValue, at: BulkPath(tag: .patientComments))
        ),
        (#"{"00280010":{"vr":"US","Value":[65536]}}"#, DICOMJSONError(.invalidValue, at: BulkPath(tag: .rows))),
        (#"{"00280010":{"vr":"US","Value":[null]}}"#, DICOMJSONError(.invalidValue, at: BulkPath(tag: .rows))),
        (
            #"{"00091001":{"vr":"FL","Value":[1e39]}}"#,
            DICOMJSONError(.invalidValue, at: BulkPath(tag: Tag(0x0009, 0x1001)))
        ),
        (
            #"{"00091001":{"vr":"OB","Value":[1]}}"#,
            DICOMJSONError(.invalidValue, at: BulkPath(tag: Tag(0x0009, 0x1001)))
        ),
        (
            #"{"00091001":{"vr":"OB","InlineBinary":"?"}}"#,
            DICOMJSONError(.invalidValue, at: BulkPath(tag: Tag(0x0009, 0x1001)))
        ),
        (
            #"{"00091001":{"vr":"OB","BulkDataURI":"u"}}"#,
            DICOMJSONError(.missingBulkData, at: BulkPath(tag: Tag(0x0009, 0x1001)))
        ),
        (
            #"{"00100020":{"vr":"LO","Value":[],"BulkDataURI":"u"}}"#,
            DICOMJSONError(.ambiguousValue, at: BulkPath(tag: .patientID))
        ),
        (
            #"{"00081140":{"vr":"SQ","Value":[{},{"x":1}]}}"#,
            DICOMJSONError(.invalidTag, at: BulkPath(tag: .referencedImageSequence))
        ),
        (
            #"{"00081140":{"vr":"SQ","Value":[{"00100020":{"vr":"LO","Value":[{}]}}]}}"#,
            DICOMJSONError(
                .invalidValue,
                at: BulkPath(items: [.init(sequence: .referencedImageSequence, index: 0)], tag: .patientID))
        ),
        ("{", DICOMJSONError(.invalidJSON, cause: JSONError(.truncated, offset: 1))),
    ])
    func wrongJSONIsRefusedWithItsPlace(text: String, error: DICOMJSONError) {
        #expect(throws: error) { try DICOMJSON.decode(Array(text.utf8)) }
    }

    /// Whatever is done to the text, it is refused or gives a data set whose own JSON is stable.
    @Test func damagedTextNeverTraps() throws {
        var generator = SeededGenerator(seed: 20_240_607)
        let original = Array(study.utf8)
        var accepted = 0
        for _ in 0..<1500 {
            var text = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: text[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: text.remove(at: place)
                case 2: text.insert(Array("{}[]\",:\\0-e.".utf8).randomElement(using: &generator) ?? 0, at: place)
                default: text[place] = text.randomElement(using: &generator) ?? 0
                }
            }
            guard let dataSet = try? DICOMJSON.decode(text, bulkData: { _, _ in .bytes([]) }) else { continue }
            accepted += 1
            let written = DICOMJSON.encode(dataSet)
            #expect(try DICOMJSON.encode(DICOMJSON.decode(written)) == written)
        }
        #expect(accepted > 100)
    }

    @Test func sequencesAreAsDeepAsOtherReadersTakeThemAndNoDeeper() throws {
        func nested(_ depth: Int) -> [UInt8] {
            let around = #"{"00081140":{"vr":"SQ","Value":["#
            return Array(
                (String(repeating: around, count: depth) + "{}" + String(repeating: "]}}", count: depth)).utf8)
        }
        let dataSet = try DICOMJSON.decode(nested(DataSet.maximumDepth))
        let bytes = try PartTenWriter.dataSetBytes(dataSet) { _ in [] }
        #expect(try DataSetReader.read(explicitLittleEndian: bytes) == dataSet)
        let error = #expect(throws: DICOMJSONError.self) { try DICOMJSON.decode(nested(DataSet.maximumDepth + 1)) }
        #expect(error?.code == .tooDeep)
    }
}
