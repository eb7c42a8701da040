import DICOM
import Testing

@testable import ImageSets

@Suite struct StoredHeaderTests {
    private let header = StoredHeader(
        fileMeta: DataSet([DataElement(.transferSyntaxUID, .UI, "1.2.840.10008.1.2.4.50")]),
        dataSet: .instance(
            DataElement(.specificCharacterSet, .CS, "ISO_IR 100"), DataElement(.patientName, .PN, bytes: [0xC4, 0x20]),
            DataElement(Tag(0x0009, 0x0010), .LO, "ACME"),
            DataElement(
                .referencedImageSequence,
                items: [
                    DataSet([DataElement(.referencedSOPInstanceUID, .UI, "1.2")]),
                    DataSet([
                        DataElement(Tag(0x0009, 0x1001), .UN, .bulk(BulkValue(offset: 0, length: 2_000_000))),
                        DataElement(Tag(0x0009, 0x1002), .OB, .bulk(BulkValue(offset: 1, length: 1_500_000))),
                    ]),
                ]),
            DataElement(Tag(0x0042, 0x0011), .OB, .bulk(BulkValue(offset: 2, length: 3_000_001)))),
        transferSyntaxUID: "1.2.840.10008.1.2.4.50",
        pixelElement: .init(tag: .pixelData, vr: .OB, isEncapsulated: true),
        bulkValues: [
            BulkReference(
                path: BulkPath(items: [.init(sequence: .referencedImageSequence, index: 1)], tag: Tag(0x0009, 0x1001)),
                vr: .UN,
                length: 2_000_000, hash: "00000000000000000000000000000001"),
            BulkReference(
                path: BulkPath(items: [.init(sequence: .referencedImageSequence, index: 1)], tag: Tag(0x0009, 0x1002)),
                vr: .OB,
                length: 1_500_000, hash: "abcdef00000000000000000000000002"),
            BulkReference(
                path: BulkPath(tag: Tag(0x0042, 0x0011)), vr: .OB, length: 3_000_001,
                hash: "ffffffffffffffffffffffffffffffff"),
        ])

    @Test func everyPartSurvivesTheByteForm() throws {
        #expect(try StoredHeader(bytes: header.bytes()) == header)
    }

    @Test func aHeaderWithoutPixelDataAndFileMetaSurvivesToo() throws {
        let bare = StoredHeader(
            fileMeta: DataSet(), dataSet: .instance(), transferSyntaxUID: "1.2.840.10008.1.2", pixelElement: nil)
        #expect(try StoredHeader(bytes: bare.bytes()) == bare)
    }

    @Test func takingAHeaderReplacesBulkValuesByPlaceholdersThatCount() throws {
        var dataSet = header.dataSet
        let sources = [BulkValue(offset: 5_000, length: 3_000_001, isBigEndian: true)]
        dataSet.remove(.referencedImageSequence)
        dataSet.set(DataElement(Tag(0x0042, 0x0011), .OB, .bulk(sources[0])))
        let pixelData = PixelData(
            tag: .pixelData, vr: .OW, form: .native(offset: 0, length: 2, declaredLength: 2, isBigEndian: false))
        let taken = StoredHeader.taken(from: .holding(dataSet, pixelData: pixelData), salt: [1, 2, 3])
        #expect(taken.bulkSources == sources.map { .content($0) })
        #expect(taken.header.dataSet[Tag(0x0042, 0x0011)]?.value == .bulk(BulkValue(offset: 0, length: 3_000_001)))
        #expect(taken.header.bulkValues.map(\.path.description) == ["00420011"])
        #expect(taken.header.pixelElement == .init(tag: .pixelData, vr: .OW, isEncapsulated: false))
        #expect(taken.header.transferSyntaxUID == "1.2.840.10008.1.2.1")
        #expect(try StoredHeader(bytes: taken.header.bytes()) == taken.header)
    }

    @Test func aLargeBinaryValueInMemoryIsKeptApart() throws {
        let bytes = [UInt8](repeating: 7, count: BulkValue.threshold + 2)
        let large = DataElement(Tag(0x0009, 0x1002), .OB, bytes: bytes)
        let dataSet = DataSet.instance(
            DataElement(Tag(0x0009, 0x1001), .OB, bytes: Array(bytes.dropLast(2))), large,
            DataElement(Tag(0x0009, 0x1003), .UT, bytes: bytes),
            DataElement(.referencedImageSequence, items: [DataSet([large])]))
        let taken = StoredHeader.taken(from: .holding(dataSet), salt: [1])
        #expect(taken.header.bulkValues.map(\.path.description) == ["00081140/0/00091002", "00091002"])
        #expect(taken.bulkSources == [.bytes(bytes[...]), .bytes(bytes[...])])
        #expect(try StoredHeader(bytes: taken.header.bytes()) == taken.header)
    }

    @Test func nestedBulkValuesAreFoundInDataSetOrder() {
        let taken = StoredHeader.taken(from: .holding(header.dataSet), salt: [1])
        #expect(
            taken.header.bulkValues.map(\.path.description)
                == ["00081140/1/00091001", "00081140/1/00091002", "00420011"])
        #expect(taken.header.dataSet == header.dataSet)
    }

    @Test func theHashOfABulkValueFollowsFromSaltAndPathAlone() {
        let path = BulkPath(tag: Tag(0x0042, 0x0011))
        let hash = BulkReference.hash(of: path, salt: Array("salt".utf8))
        // printf 'salt00420011' | sha256sum | cut -c1-32
        #expect(hash == "5f0cea0f3636bc694de7f30c0fbfde21")
        #expect(hash != BulkReference.hash(of: path, salt: Array("other".utf8)))
        #expect(hash != BulkReference.hash(of: BulkPath(tag: Tag(0x0042, 0x0012)), salt: Array("salt".utf8)))
    }

    // MARK: Damage

    @Test func bytesOfAnotherKindAreNotAHeader() {
        for bytes in [[], Array("DICM".utf8), Array("ISO".utf8)] as [[UInt8]] {
            #expect(throws: StoredHeaderError(.notAHeader, offset: bytes.count < 4 ? 0 : 4)) {
                try StoredHeader(bytes: bytes)
            }
        }
    }

    @Test func aNewerVersionIsRefused() throws {
        var bytes = try header.bytes()
        bytes[4] = 2
        #expect(throws: StoredHeaderError(.unknownVersion, offset: 6)) { try StoredHeader(bytes: bytes) }
    }

    @Test func everyTruncationIsAnError() throws {
        let bytes = try header.bytes()
        for count in 0..<bytes.count {
            #expect(throws: StoredHeaderError.self) { try StoredHeader(bytes: Array(bytes.prefix(count))) }
        }
        #expect(throws: StoredHeaderError.self) { try StoredHeader(bytes: bytes + [0]) }
    }

    @Test func noDamagedByteTraps() throws {
        let bytes = try header.bytes()
        var refused = 0
        for index in bytes.indices {
            for value in [0x00, 0x7F, 0xFF, bytes[index] ^ 0x01] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                if (try? StoredHeader(bytes: damaged)) == nil { refused += 1 }
            }
        }
        #expect(refused > 0)
    }

    @Test func aBulkValueThatHasNoPlaceInTheDataSetIsDamage() throws {
        var other = header
        other.bulkValues[0].path = BulkPath(
            items: [.init(sequence: .referencedImageSequence, index: 2)], tag: Tag(0x0009, 0x1001))
        let bytes = try other.bytes()
        #expect(throws: StoredHeaderError(.damaged, offset: bytes.count)) { try StoredHeader(bytes: bytes) }
    }
}
