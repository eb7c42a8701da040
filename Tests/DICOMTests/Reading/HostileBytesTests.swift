import DICOM
import TestSupport
import Testing

/// Whatever the bytes are, reading ends with a file whose places lie within its content, or with an error.
///
/// A trap or a hang here is the failure; the seeds make every run the same.
struct HostileBytesTests {
    /// Small files of every kind of structure, to be damaged.
    static let samples: [[UInt8]] = {
        let undefined = EncodedBytes.undefined
        let id = EncodedBytes.explicit(.patientID, "LO", [0x31, 0x20])
        let nested = EncodedBytes.explicit(
            .contentSequence, "SQ",
            EncodedBytes.item(id + EncodedBytes.explicit(.contentSequence, "SQ", EncodedBytes.item(id))))
        let open = EncodedBytes.explicit(
            .referencedStudySequence, "SQ",
            EncodedBytes.item(id + EncodedBytes.itemDelimiter, length: undefined) + EncodedBytes.sequenceDelimiter,
            length: undefined)
        let unknown = EncodedBytes.explicit(
            Tag(0x0009, 0x1001), "UN",
            EncodedBytes.item(EncodedBytes.implicit(.patientID, [0x31, 0x20])) + EncodedBytes.sequenceDelimiter,
            length: undefined)
        let fragments =
            EncodedBytes.explicit(.pixelData, "OB", [], length: undefined) + EncodedBytes.item([0, 0, 0, 0])
            + EncodedBytes.item([1, 2]) + EncodedBytes.item([3, 4]) + EncodedBytes.sequenceDelimiter
        let native = EncodedBytes.explicit(.pixelData, "OW", [1, 2, 3, 4])
        let implicit =
            EncodedBytes.implicit(.modality, [0x4F, 0x54])
            + EncodedBytes.implicit(.referencedStudySequence, EncodedBytes.item(EncodedBytes.implicit(.rows, [1, 0])))
            + EncodedBytes.implicit(.smallestImagePixelValue, [1, 0]) + EncodedBytes.implicit(.pixelData, [1, 2])
        let bigEndian: [UInt8] = [
            0x00, 0x08, 0x00, 0x60, 0x43, 0x53, 0x00, 0x02, 0x43, 0x54,  // (0008,0060) CS CT
            0x00, 0x08, 0x11, 0x10, 0x53, 0x51, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12,  // (0008,1110) SQ, 18 bytes
            0xFF, 0xFE, 0xE0, 0x00, 0x00, 0x00, 0x00, 0x0A,  // an item of 10 bytes
            0x00, 0x28, 0x00, 0x10, 0x55, 0x53, 0x00, 0x02, 0x00, 0x01,  // (0028,0010) US 1
            0x7F, 0xE0, 0x00, 0x10, 0x4F, 0x57, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01,  // (7FE0,0010) OW
        ]
        let bodies: [(TransferSyntax, [UInt8])] = [
            (.explicitVRLittleEndian, open + nested + native), (.explicitVRLittleEndian, id + unknown + native),
            (.jpegBaseline, id + fragments), (.implicitVRLittleEndian, implicit), (.explicitVRBigEndian, bigEndian),
            // one stored block of a deflate stream
            (.deflatedExplicitVRLittleEndian, [0x01, 10, 0, 0xF5, 0xFF] + id),
        ]
        let files = bodies.compactMap { syntax, body in try? EncodedBytes.file(syntax, body) }
        return files + [id + nested, implicit, bigEndian]
    }()

    @Test(arguments: samples.indices)
    func samplesAreReadUndamaged(_ sample: Int) throws {
        let file = try PartTenReader.read(Self.samples[sample])
        #expect(!file.dataSet.isEmpty)
        #expect(!file.warningCodes.contains(.trailingBytes))
    }

    @Test(arguments: samples.indices)
    func everyPrefixIsReadOrRefused(_ sample: Int) {
        let bytes = Self.samples[sample]
        for count in 0..<bytes.count { expectOrder(Array(bytes[..<count])) }
    }

    @Test(arguments: samples.indices)
    func mutationsAreReadOrRefused(_ sample: Int) {
        var random = SeededGenerator(seed: UInt64(sample))
        for _ in 0..<500 {
            var bytes = Self.samples[sample]
            for _ in 0...Int.random(in: 0..<3, using: &random) { mutate(&bytes, &random) }
            expectOrder(bytes)
        }
    }

    /// Every four bytes in turn as the greatest lengths there are.
    @Test(arguments: samples.indices, [0xFFFF_FFFF, 0xFFFF_FFFE, 0x7FFF_FFFF, 0x8000_0000] as [UInt32])
    func hugeLengthsAreReadOrRefused(_ sample: Int, _ length: UInt32) {
        let original = Self.samples[sample]
        let start = max(0, original.count - 200)
        for place in start..<original.count - 4 {
            var bytes = original
            bytes.replaceSubrange(place..<place + 4, with: EncodedBytes.word(length))
            expectOrder(bytes)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        // Preamble and prefix are left alone: damage there is seen at once.
        let start = bytes.count > 140 ? 132 : 0
        guard start < bytes.count else { return }
        let place = Int.random(in: start..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[place] = [0x00, 0xFF, 0x7F, 0x80, 0xFE][Int.random(in: 0..<5, using: &random)]
        case 3: bytes.remove(at: place)
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default:
            let end = min(bytes.count, place + Int.random(in: 1...24, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: start..<bytes.count, using: &random))
        }
    }

    private func expectOrder(_ bytes: [UInt8]) {
        guard let file = try? PartTenReader.read(bytes, { $0.bulkThreshold = 8 }) else { return }
        let count = file.content.count
        func isWithin(_ offset: Int, _ length: Int) -> Bool {
            offset >= 0 && length >= 0 && offset <= count && length <= count - offset
        }
        switch file.pixelData?.form {
        case .native(let offset, let length, let declared, _)?:
            #expect(isWithin(offset, length) && length <= declared)
        case .encapsulated(let encapsulated)?:
            #expect(isWithin(encapsulated.firstItemOffset, 0))
            #expect(encapsulated.fragments.allSatisfy { isWithin($0.offset, $0.length) })
        case nil: break
        }
        _ = file.dataSet.replacingBulkValues { bulk, _ in
            #expect(isWithin(bulk.offset, bulk.length))
            return []
        }
        // What was read can be written, and is then read the same but for odd lengths.
        guard let written = try? PartTenWriter.dataSetBytes(file.dataSet, bulk: { _ in [] }) else { return }
        let reread = try? DataSetReader.read(explicitLittleEndian: written)
        #expect(reread?.elements.map(\.tag) == file.dataSet.elements.map(\.tag))
    }
}
