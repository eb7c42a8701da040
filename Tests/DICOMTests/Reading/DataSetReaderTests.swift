import DICOM
import Testing

struct DataSetReaderTests {
    private static let undefined = EncodedBytes.undefined

    @Test func readsWhatTheWriterWrote() throws {
        let item = DataSet([DataElement(.patientID, .LO, "1"), DataElement(.contentSequence, items: [DataSet()])])
        let dataSet = DataSet([
            DataElement(.modality, .CS, "CT"), DataElement(.referencedStudySequence, items: [item, item]),
            DataElement(Tag(0x0009, 0x1001), .UN, .bytes([1, 2])), DataElement(.rows, .US, integers: [512]),
        ])
        let bytes = try PartTenWriter.dataSetBytes(dataSet) { _ in [] }
        #expect(try DataSetReader.read(explicitLittleEndian: bytes) == dataSet)
        let embedded = [0xFF] + bytes + [0xFF]
        #expect(try DataSetReader.read(explicitLittleEndian: embedded[1..<embedded.count - 1]) == dataSet)
        #expect(try DataSetReader.read(explicitLittleEndian: []) == DataSet())
    }

    @Test(arguments: [
        ([0x08, 0x00, 0x60], DICOMError.Code.truncated),
        (EncodedBytes.explicit(.modality, "CS", [0x43, 0x54], length: 3), .truncated),
        (EncodedBytes.explicit(.modality, "ZZ", [0x43, 0x54]), .invalidVR),
        (EncodedBytes.explicit(.lutData, "OW", [], length: 0xFFFF_FFFE), .truncated),
        (EncodedBytes.explicit(.lutData, "OW", [1, 2], length: undefined), .invalidLength),
        (EncodedBytes.explicit(.pixelData, "OB", EncodedBytes.item([1]), length: undefined), .invalidLength),
        (EncodedBytes.explicit(.contentSequence, "SQ", [], length: undefined), .invalidLength),
        (EncodedBytes.explicit(.contentSequence, "SQ", EncodedBytes.sequenceDelimiter), .invalidSequence),
        (EncodedBytes.explicit(.contentSequence, "SQ", EncodedBytes.item([], length: 1)), .truncated),
        (EncodedBytes.explicit(.contentSequence, "SQ", [0xFE, 0xFF]), .invalidSequence),
    ])
    func anythingElseIsRefused(_ bytes: [UInt8], _ code: DICOMError.Code) {
        #expect(DICOMError.code { _ = try DataSetReader.read(explicitLittleEndian: bytes) } == code)
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).reduce([]) { inner, _ in
                EncodedBytes.explicit(.contentSequence, "SQ", EncodedBytes.item(inner))
            }
        }
        #expect(DICOMError.code { _ = try DataSetReader.read(explicitLittleEndian: nested(64)) } == nil)
        #expect(DICOMError.code { _ = try DataSetReader.read(explicitLittleEndian: nested(65)) } == .tooDeep)
    }
}
