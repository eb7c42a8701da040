import DICOM
import ImageSets
import Testing

@Suite struct MetadataDocumentTests {
    private let datastore = DatastoreID(0x1)
    private let imageSet = ImageSetID(0x2)

    private func document(
        _ dataSet: DataSet, fileMeta: [DataElement] = [], pixelElement: StoredHeader.PixelElement? = nil,
        bulkValues: [BulkReference] = [], frames: [FrameEntry] = []
    ) throws -> JSONNode {
        var document = MetadataDocument(datastore: datastore, imageSet: imageSet, levels: ImageSetLevels(dataSet))
        let header = StoredHeader(
            fileMeta: DataSet(fileMeta), dataSet: dataSet, transferSyntaxUID: "1.2.840.10008.1.2.1",
            pixelElement: pixelElement, bulkValues: bulkValues)
        document.write(header, storedTransferSyntaxUID: "1.2.840.10008.1.2.4.202", frames: frames) {
            "https://example.org/bulkdata/\($0.hash)"
        }
        document.finish()
        return try JSONNode(document.takeBytes())
    }

    private func instance(_ document: JSONNode) -> JSONNode? {
        document["Study"]?["Series"]?["1.2.3.4"]?["Instances"]?["1.2.3.4.5"]
    }

    /// How one element comes out among the instance's DICOM.
    private func written(_ element: DataElement, _ more: DataElement...) throws -> JSONNode? {
        var dataSet = DataSet.instance(element)
        for element in more { dataSet.set(element) }
        return instance(try document(dataSet))?["DICOM"]?[element.tag.keyword ?? element.tag.hexadecimal]
    }

    // MARK: Layout

    @Test func levelsInstancesAndIDsHaveTheirPlaces() throws {
        let document = try document(.instance(DataElement(.patientID, .LO, "P1"), DataElement(.modality, .CS, "SR")))
        #expect(document["SchemaVersion"] == .string("1.1"))
        #expect(document["DatastoreID"] == .string("00000000000000000000000000000001"))
        #expect(document["ImageSetID"] == .string("00000000000000000000000000000002"))
        #expect(document["Patient"] == .object(["DICOM": .object(["PatientID": .string("P1")])]))
        #expect(document["Study"]?["DICOM"] == .object(["StudyInstanceUID": .string("1.2.3")]))
        #expect(
            document["Study"]?["Series"]?["1.2.3.4"]?["DICOM"]
                == .object(["SeriesInstanceUID": .string("1.2.3.4"), "Modality": .string("SR")]))
        #expect(
            instance(document)
                == .object([
                    "DICOM": .object([
                        "SOPClassUID": .string("1.2.840.10008.5.1.4.1.1.88.11"), "SOPInstanceUID": .string("1.2.3.4.5"),
                    ]),
                    "DICOMVRs": .object([:]), "StoredTransferSyntaxUID": .string("1.2.840.10008.1.2.4.202"),
                    "ChecksumType": .string("DECOMPRESSED"), "ImageFrames": .array([]),
                ]))
    }

    @Test func framesAreListedWithTheirChecksums() throws {
        let frames = [
            FrameEntry(
                id: ImageFrameID(0xF), checksums: [.init(width: 160, height: 120, checksum: 740_549_643)],
                minimumPixelValue: -3, maximumPixelValue: 255, sizeInBytes: 921_600),
            FrameEntry(
                id: ImageFrameID(0x10), checksums: [], minimumPixelValue: nil, maximumPixelValue: nil, sizeInBytes: 1),
        ]
        let written = instance(try document(.instance(), frames: frames))?["ImageFrames"]?.elements
        #expect(
            written?.first
                == .object([
                    "ID": .string("0000000000000000000000000000000f"),
                    "PixelDataChecksumFromBaseToFullResolution": .array([
                        .object(["Width": .number(160), "Height": .number(120), "Checksum": .number(740_549_643)])
                    ]),
                    "MinPixelValue": .number(-3), "MaxPixelValue": .number(255), "FrameSizeInBytes": .number(921_600),
                ]))
        #expect(written?.last?["MinPixelValue"] == .null)
        #expect(written?.last?["MaxPixelValue"] == .null)
    }

    @Test func fileMetaInformationStandsAmongTheInstancesAttributes() throws {
        let meta = [
            DataElement(.fileMetaInformationGroupLength, .UL, integers: [200]),
            DataElement(.fileMetaInformationVersion, .OB, bytes: [0, 1]),
            DataElement(.transferSyntaxUID, .UI, "1.2.840.10008.1.2.4.50"),
        ]
        let dicom = instance(try document(.instance(), fileMeta: meta))?["DICOM"]
        #expect(dicom?["FileMetaInformationVersion"] == .string("AAE="))
        #expect(dicom?["TransferSyntaxUID"] == .string("1.2.840.10008.1.2.4.50"))
        #expect(dicom?["FileMetaInformationGroupLength"] == nil)
    }

    @Test func pixelDataIsNullAndAbsentWithoutPixelData() throws {
        let with = try document(
            .instance(), pixelElement: .init(tag: .pixelData, vr: .OW, isEncapsulated: false))
        #expect(instance(with)?["DICOM"]?["PixelData"] == .null)
        #expect(instance(try document(.instance()))?["DICOM"]?.members.keys.contains("PixelData") == false)
    }

    @Test func aBulkValueIsItsURI() throws {
        let tag = Tag(0x0042, 0x0011)
        let hash = "0123456789abcdef0123456789abcdef"
        let document = try document(
            .instance(DataElement(tag, .OB, .bulk(BulkValue(offset: 0, length: 2_000_000)))),
            bulkValues: [BulkReference(path: BulkPath(tag: tag), vr: .OB, length: 2_000_000, hash: hash)])
        #expect(
            instance(document)?["DICOM"]?["EncapsulatedDocument"]
                == .object(["BulkDataURI": .string("https://example.org/bulkdata/\(hash)")]))
    }

    @Test func privateAndUnknownAttributesAreKeyedByTagWithTheirVRs() throws {
        let nested = DataSet([DataElement(Tag(0x0009, 0x1003), .SS, integers: [-1])])
        let written = instance(
            try document(
                .instance(
                    DataElement(Tag(0x7FDF, 0x0010), .LO, "ACME"),
                    DataElement(Tag(0x7FDF, 0x10AB), .UN, bytes: [1, 0]),
                    DataElement(Tag(0x0008, 0xFFFE), .SH, "unknown"),
                    DataElement(Tag(0x7FDF, 0x10AC), items: [nested]))))
        #expect(written?["DICOM"]?["7FDF0010"] == .string("ACME"))
        #expect(written?["DICOM"]?["7FDF10AB"] == .string("AQA="))
        #expect(written?["DICOM"]?["0008FFFE"] == .string("unknown"))
        #expect(written?["DICOM"]?["7FDF10AC"] == .array([.object(["00091003": .number(-1)])]))
        #expect(
            written?["DICOMVRs"]
                == .object([
                    "7FDF0010": .string("LO"), "7FDF10AB": .string("UN"), "0008FFFE": .string("SH"),
                    "7FDF10AC": .string("SQ"), "00091003": .string("SS"),
                ]))
    }

    @Test func theOutermostElementDecidesTheVROfATag() throws {
        let tag = Tag(0x0009, 0x1003)
        let written = instance(
            try document(
                .instance(
                    DataElement(.referencedImageSequence, items: [DataSet([DataElement(tag, .SH, "A")])]),
                    DataElement(tag, .LO, "B"))))
        #expect(written?["DICOMVRs"] == .object(["00091003": .string("LO")]))
    }

    @Test func aLevelListsVRsOnlyWhenItHasPrivateAttributesInsideSequences() throws {
        let item = DataSet([DataElement(Tag(0x0009, 0x1003), .SH, "A")])
        let document = try document(.instance(DataElement(.procedureCodeSequence, items: [item])))
        #expect(document["Study"]?["DICOMVRs"] == .object(["00091003": .string("SH")]))
        #expect(document["Patient"]?["DICOMVRs"] == nil)
    }

    @Test func theDocumentIsTheSameHoweverItIsTaken() throws {
        let header = StoredHeader(
            fileMeta: DataSet(), dataSet: .instance(), transferSyntaxUID: "1.2.840.10008.1.2.1", pixelElement: nil)
        func bytes(inPieces: Bool) -> [UInt8] {
            var document = MetadataDocument(
                datastore: datastore, imageSet: imageSet, levels: ImageSetLevels(header.dataSet))
            var taken: [UInt8] = []
            for sop in ["1.1", "1.2"] {
                var header = header
                header.dataSet.set(DataElement(.sopInstanceUID, .UI, sop))
                document.write(header, storedTransferSyntaxUID: "1.2", frames: []) { _ in "" }
                if inPieces { taken += document.takeBytes() }
            }
            document.finish()
            return taken + document.takeBytes()
        }
        #expect(bytes(inPieces: true) == bytes(inPieces: false))
        #expect(
            try JSONNode(bytes(inPieces: true))["Study"]?["Series"]?["1.2.3.4"]?["Instances"]?.members.count == 2)
    }

    // MARK: Values

    @Test func emptyBinaryIsTheEmptyStringAndEveryOtherEmptyValueIsNull() throws {
        for vr in VR.allCases {
            let element =
                vr == .SQ
                ? DataElement(Tag(0x0009, 0x1001), items: []) : DataElement(Tag(0x0009, 0x1001), vr, bytes: [])
            #expect(try written(element) == (vr.isBinary ? .string("") : .null), "\(vr)")
        }
        #expect(try written(DataElement(.imageType, .CS, "")) == .null)
        #expect(try written(DataElement(.imageComments, .LT, "  ")) == .null)
    }

    @Test func numbersAreNumbers() throws {
        let tag = Tag(0x0009, 0x1001)
        #expect(try written(DataElement(tag, .US, bytes: [0xFF, 0xFF])) == .number(65_535))
        #expect(try written(DataElement(tag, .SS, bytes: [0xFF, 0xFF])) == .number(-1))
        #expect(try written(DataElement(tag, .UL, bytes: [0, 0, 0, 0x80])) == .number(2_147_483_648))
        #expect(try written(DataElement(tag, .SL, bytes: [0, 0, 0, 0x80])) == .number(-2_147_483_648))
        #expect(try written(DataElement(tag, .UV, bytes: [0, 0, 0, 0, 1, 0, 0, 0])) == .number(4_294_967_296))
        #expect(try written(DataElement(tag, .SV, bytes: [UInt8](repeating: 0xFF, count: 8))) == .number(-1))
        #expect(try written(DataElement(tag, .FL, bytes: [0, 0, 0xC0, 0x3F])) == .number(1.5))
        #expect(try written(DataElement(tag, .US, bytes: [1, 0, 2])) == .number(1), "a broken word is dropped")
    }

    @Test func wholeFloatsHaveNoFractionAndOthersAreTheShortestText() {
        func text(_ vr: VR, _ bytes: [UInt8]) -> String {
            var document = MetadataDocument(
                datastore: datastore, imageSet: imageSet, levels: ImageSetLevels(.instance()))
            let header = StoredHeader(
                fileMeta: DataSet(), dataSet: .instance(DataElement(Tag(0x0009, 0x1001), vr, bytes: bytes)),
                transferSyntaxUID: "", pixelElement: nil)
            document.write(header, storedTransferSyntaxUID: "", frames: []) { _ in "" }
            let json = String(decoding: document.takeBytes(), as: UTF8.self)
            let parts = json.split(separator: "\"00091001\":")  // the second use is in DICOMVRs
            return parts.count == 3 ? String(parts[1].prefix { !",}".contains($0) }) : ""
        }
        func bytes(_ number: Double) -> [UInt8] { withUnsafeBytes(of: number.bitPattern.littleEndian, Array.init) }
        func bytes(_ number: Float) -> [UInt8] { withUnsafeBytes(of: number.bitPattern.littleEndian, Array.init) }
        #expect(text(.FD, bytes(1.0 as Double)) == "1")
        #expect(text(.FD, bytes(68_072_048.0 as Double)) == "68072048")
        #expect(text(.FD, bytes(-0.07937499999068676 as Double)) == "-0.07937499999068676")
        #expect(text(.FL, bytes(0.1 as Float)) == "0.1")
        #expect(text(.FL, bytes(-2 as Float)) == "-2")
        #expect(text(.FD, bytes(1e300 as Double)) == "1e+300")
        #expect(text(.FD, bytes(Double.nan)) == "null")
        #expect(text(.FD, bytes(-Double.infinity)) == "null")
    }

    @Test func aTagIsEightUpperCaseDigits() throws {
        // (0018,1065) Frame Time Vector
        #expect(
            try written(DataElement(Tag(0x0028, 0x0009), .AT, bytes: [0x18, 0x00, 0x65, 0x10]))
                == .array([.string("00181065")]))
    }

    @Test func anAttributeThatMayHaveManyValuesIsAlwaysAList() throws {
        #expect(try written(DataElement(.windowCenter, .DS, bytes: Array("40".utf8))) == .array([.string("40")]))
        #expect(
            try written(DataElement(.imageType, .CS, bytes: Array("A\\B\\\\D".utf8)))
                == .array([.string("A"), .string("B"), .string(""), .string("D")]))
    }

    @Test func anAttributeOfOneValueIsAScalarWhateverItHolds() throws {
        #expect(try written(DataElement(.imageComments, .LT, "a\\b")) == .string("a\\b"))
        #expect(try written(DataElement(.instanceNumber, .IS, bytes: Array("1\\2 ".utf8))) == .string("1\\2 "))
        #expect(try written(DataElement(Tag(0x0009, 0x1001), .LO, bytes: Array("one".utf8))) == .string("one"))
        #expect(
            try written(DataElement(Tag(0x0009, 0x1001), .LO, bytes: Array("one\\two".utf8)))
                == .array([.string("one"), .string("two")]))
    }

    @Test func decimalAndIntegerStringsStayAsWritten() throws {
        #expect(try written(DataElement(.sliceLocation, .DS, bytes: Array("-2.625000 ".utf8))) == .string("-2.625000 "))
        #expect(try written(DataElement(.instanceNumber, .IS, bytes: Array(" 7  ".utf8))) == .string(" 7  "))
        #expect(try written(DataElement(.instanceNumber, .IS, bytes: Array("7\0".utf8))) == .string("7"))
        #expect(
            try written(DataElement(.pixelSpacing, .DS, bytes: Array("0.25\\0.25 ".utf8)))
                == .array([.string("0.25"), .string("0.25 ")]))
    }

    @Test func otherTextIsWithoutPadding() throws {
        #expect(try written(DataElement(.imageComments, .LT, bytes: Array("note  ".utf8))) == .string("note"))
        #expect(try written(DataElement(.frameOfReferenceUID, .UI, bytes: Array("1.2\0".utf8))) == nil, "a series UID")
        #expect(
            try written(DataElement(.imageType, .CS, bytes: Array("A \\B ".utf8)))
                == .array([.string("A"), .string("B")]))
    }

    @Test func textIsUTF8AndTheCharacterSetShowsAsImported() throws {
        let element = DataElement(.imageComments, .LT, bytes: [0xE9, 0x22, 0x5C, 0x0A])
        let latin = DataElement(.specificCharacterSet, .CS, "ISO_IR 100")
        #expect(try written(element, latin) == .string("é\"\\\n"))
        #expect(try written(latin) == .array([.string("ISO_IR 100")]))
    }

    @Test func aPersonNameIsAsWritten() throws {
        #expect(try written(DataElement(Tag(0x0009, 0x1001), .PN, "A^B^C=D=E")) == .string("A^B^C=D=E"))
    }
}
