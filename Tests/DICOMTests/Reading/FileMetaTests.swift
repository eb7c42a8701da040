import DICOM
import Testing

/// Preamble, file meta information and transfer syntax as real files have them.
struct FileMetaTests {
    private static let explicit =
        EncodedBytes.explicit(.sopClassUID, "UI", Array("1.2.840.10008.5.1.4.1.1.7\0".utf8))
        + EncodedBytes.explicit(.modality, "CS", Array("OT".utf8))
    private static let implicit =
        EncodedBytes.implicit(.sopClassUID, Array("1.2.840.10008.5.1.4.1.1.7\0".utf8))
        + EncodedBytes.implicit(.modality, Array("OT".utf8))
    private static let bigEndian: [UInt8] =
        [
            0x00, 0x08, 0x00, 0x60, 0x43, 0x53, 0x00, 0x02, 0x4F, 0x54,  // (0008,0060) CS OT
            0x00, 0x28, 0x00, 0x10, 0x55, 0x53, 0x00, 0x02, 0x00, 0x10,  // (0028,0010) US 16
        ]

    @Test(arguments: [
        (explicit, TransferSyntax.explicitVRLittleEndian), (implicit, .implicitVRLittleEndian),
        (bigEndian, .explicitVRBigEndian),
    ])
    func bareDataSetIsReadInTheEncodingItHas(_ bytes: [UInt8], _ syntax: TransferSyntax) throws {
        let file = try PartTenReader.read(bytes)
        #expect(file.transferSyntaxUID == syntax.uid)
        #expect(file.transferSyntaxWasGuessed)
        #expect(file.dataSet.string(.modality) == "OT")
        #expect(file.warningCodes == [.missingPreamble, .incompleteFileMeta, .guessedTransferSyntax])
    }

    @Test(arguments: [
        (explicit, TransferSyntax.implicitVRLittleEndian), (implicit, .explicitVRLittleEndian),
        (bigEndian, .explicitVRLittleEndian),
    ])
    func falseTransferSyntaxIsCorrected(_ bytes: [UInt8], _ declared: TransferSyntax) throws {
        let file = try PartTenReader.read(try EncodedBytes.file(declared, bytes))
        #expect(file.transferSyntaxUID != declared.uid)
        #expect(file.transferSyntaxWasGuessed)
        #expect(file.fileMeta.string(.transferSyntaxUID) == declared.uid)
        #expect(file.dataSet.string(.modality) == "OT")
        #expect(file.warningCodes == [.encodingMismatch])
    }

    /// Its pixel data are what the UID says, whatever the headers look like.
    @Test func compressedTransferSyntaxStaysWhenTheHeadersAreImplicit() throws {
        let file = try PartTenReader.read(try EncodedBytes.file(.jpegBaseline, Self.implicit))
        #expect(file.transferSyntaxUID == TransferSyntax.jpegBaseline.uid)
        #expect(file.dataSet.string(.modality) == "OT")
        #expect(file.warningCodes == [.encodingMismatch])
    }

    @Test func unknownTransferSyntaxIsKeptAndReadAsItLooks() throws {
        let file = try PartTenReader.read(try EncodedBytes.file("1.2.3.4", Self.explicit))
        #expect(file.transferSyntaxUID == "1.2.3.4")
        #expect(file.dataSet.string(.modality) == "OT")
        #expect(file.warnings == [])
    }

    /// GE's private syntax: implicit VR little endian with big-endian pixel data.
    @Test func bigEndianPixelsOfGEAreMarked() throws {
        let dataSet = Self.implicit + EncodedBytes.implicit(.pixelData, [1, 2])
        let file = try PartTenReader.read(try EncodedBytes.file("1.2.840.113619.5.2", dataSet))
        #expect(file.transferSyntaxUID == TransferSyntax.implicitVRLittleEndian.uid)
        guard case .native(_, 2, 2, isBigEndian: true)? = file.pixelData?.form else {
            Issue.record("pixel data are big endian")
            return
        }
    }

    @Test func prefixWithoutPreambleIsTaken() throws {
        let meta = try EncodedBytes.file(.explicitVRLittleEndian, Self.explicit).dropFirst(128)
        let file = try PartTenReader.read(Array(meta))
        #expect(!file.transferSyntaxWasGuessed)
        #expect(file.warningCodes == [.missingPreamble])
    }

    @Test func fileMetaWithoutPrefixIsTaken() throws {
        let meta = try EncodedBytes.file(.explicitVRLittleEndian, Self.explicit).dropFirst(132)
        let file = try PartTenReader.read(Array(meta))
        #expect(file.fileMeta.string(.mediaStorageSOPInstanceUID) == "1.2.3")
        #expect(!file.transferSyntaxWasGuessed)
    }

    /// The four letters at byte 128 stand in a value here.
    @Test func prefixInAValueIsNoPrefix() throws {
        let comment = [UInt8](repeating: 0x41, count: 110) + Array("DICM".utf8) + [0x41, 0x41]
        let bytes =
            EncodedBytes.explicit(.modality, "CS", Array("OT".utf8))
            + EncodedBytes.explicit(.studyDescription, "LO", comment)
        #expect(Array(bytes[128..<132]) == Array("DICM".utf8))
        let file = try PartTenReader.read(bytes)
        #expect(file.dataSet.elements.map(\.tag) == [.modality, .studyDescription])
    }

    @Test(arguments: [0, 2, 4000, 0xFFFF_FFFF] as [UInt32])
    func groupLengthIsNotBelieved(_ length: UInt32) throws {
        var bytes = try EncodedBytes.file(.explicitVRLittleEndian, Self.explicit)
        bytes.replaceSubrange(140..<144, with: EncodedBytes.word(length))
        let file = try PartTenReader.read(bytes)
        #expect(file.dataSet.string(.modality) == "OT")
        #expect(file.warningCodes == [.wrongFileMetaLength])
    }

    @Test func fileMetaInImplicitVRIsRead() throws {
        let meta = EncodedBytes.implicit(.transferSyntaxUID, Array("1.2.840.10008.1.2.1\0".utf8))
        let file = try PartTenReader.read([UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta + Self.explicit)
        #expect(file.transferSyntaxUID == TransferSyntax.explicitVRLittleEndian.uid)
        #expect(!file.transferSyntaxWasGuessed)
    }

    @Test func emptyDataSetOfADeclaredSyntaxIsEmpty() throws {
        let file = try PartTenReader.read(try EncodedBytes.file(.explicitVRLittleEndian, []))
        #expect(file.dataSet.isEmpty)
    }

    @Test(
        arguments: [
            [], [0], Array("not a DICOM file, but long enough to be one at first sight".utf8),
            [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 0xFF, count: 4096),
            [UInt8](repeating: 0, count: 128) + Array("DICM".utf8),
        ] as [[UInt8]])
    func otherBytesAreNotDICOM(_ bytes: [UInt8]) {
        #expect(DICOMError.code { _ = try PartTenReader.read(bytes) } == .notDICOM)
    }

    @Test func cutFileMetaIsAnErrorWithItsPlace() throws {
        let bytes = try EncodedBytes.file(.explicitVRLittleEndian, Self.explicit)
        #expect(throws: DICOMError(.truncated, tag: .mediaStorageSOPClassUID, offset: 158, "")) {
            try PartTenReader.read(Array(bytes[..<170]))
        }
    }
}
