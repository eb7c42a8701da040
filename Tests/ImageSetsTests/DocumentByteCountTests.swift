import DICOM
import Foundation
import ImageSets
import TestSupport
import Testing

/// The length of a document is known before it is written (spec/10: 50 MB of an image set's metadata).
@Suite struct DocumentByteCountTests {
    private struct Part {
        var header: StoredHeader
        var frames: [FrameEntry] = []
    }

    private static let syntax = "1.2.840.10008.1.2.4.202"

    private func written(_ parts: [Part], _ levels: ImageSetLevels) -> Int {
        var document = MetadataDocument(datastore: DatastoreID(.max), imageSet: ImageSetID(1), levels: levels)
        let uri = String(repeating: "u", count: MetadataDocument.bulkDataURIByteCount)
        for part in parts {
            document.write(part.header, storedTransferSyntaxUID: Self.syntax, frames: part.frames) { _ in uri }
        }
        document.finish()
        return document.takeBytes().count
    }

    private func counted(_ parts: [Part], _ levels: ImageSetLevels) -> Int {
        parts.reduce(MetadataDocument.byteCount(of: levels)) { sum, part in
            sum
                + MetadataDocument.byteCount(
                    of: part.header, storedTransferSyntaxUID: Self.syntax,
                    // Ids are known later, and are all as long.
                    frames: part.frames.map {
                        var frame = $0
                        frame.id = ImageFrameID(0)
                        return frame
                    })
        }
    }

    private func header(_ dataSet: DataSet) -> StoredHeader {
        StoredHeader(
            fileMeta: DataSet([DataElement(.transferSyntaxUID, .UI, Self.syntax)]), dataSet: dataSet,
            transferSyntaxUID: Self.syntax, pixelElement: .init(tag: .pixelData, vr: .OW, isEncapsulated: true))
    }

    private func frame(_ number: Int, resolutions: Int) -> FrameEntry {
        FrameEntry(
            id: ImageFrameID(UInt128(number)),
            checksums: (0..<resolutions).map {
                .init(width: 1 << $0, height: 3 << $0, checksum: UInt32(truncatingIfNeeded: number &* 0x9E37_79B9))
            }, minimumPixelValue: number.isMultiple(of: 3) ? nil : Int64(-number),
            maximumPixelValue: Int64(number) * 1_000, sizeInBytes: Int64(number) << 10)
    }

    @Test(arguments: [0, 1, 2, 7, 1_000])
    func levelsAndInstancesAddUpToTheDocument(frames: Int) {
        let first = DataSet.instance(
            DataElement(.patientName, .PN, "Müller^\"Å\""), DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.instanceNumber, .IS, "1"), DataElement(Tag(0x0009, 0x1001), .UN, bytes: [1, 2, 3, 4]))
        let second = DataSet.instance(sop: "1.2.3.4.5.6789", DataElement(.imageComments, .LT, "a\nb"))
        let parts = [
            Part(header: header(first), frames: (0..<frames).map { frame($0, resolutions: $0 % 7) }),
            Part(header: header(second), frames: [frame(5, resolutions: 1)]), Part(header: header(first)),
        ]
        let levels = ImageSetLevels(first)
        for count in 1...parts.count {
            let some = Array(parts.prefix(count))
            #expect(counted(some, levels) == written(some, levels))
        }
    }

    /// Whatever grows in JSON stays below the bound.
    @Test(arguments: [
        DataElement(.patientName, .PN, String(repeating: "\u{1}", count: 4_000)),
        DataElement(.patientComments, .LT, String(repeating: "\"\\", count: 2_000)),
        DataElement(Tag(0x0010, 0x1001), .PN, Array(repeating: "", count: 3_000).joined(separator: "\\")),
        DataElement(.patientName, .PN, bytes: Array(repeating: 0xE4, count: 4_000)),
        DataElement(.patientWeight, .FD, bytes: Array(repeating: 0x9B, count: 8 * 900)),
        DataElement(.patientWeight, .FL, bytes: Array(repeating: 0x9B, count: 4 * 900)),
        DataElement(.patientWeight, .SV, bytes: Array(repeating: 0x9B, count: 8 * 900)),
        DataElement(.patientWeight, .AT, bytes: Array(repeating: 0x9B, count: 4 * 900)),
        DataElement(.patientWeight, .US, bytes: Array(repeating: 0xFF, count: 2 * 900)),
        DataElement(.patientComments, .OB, bytes: Array(repeating: 7, count: 4_001)),
        DataElement(
            .referencedStudySequence, .SQ,
            .items(
                Array(
                    repeating: DataSet([
                        DataElement(Tag(0x0009, 0x1001), .LO, "\u{1}"), DataElement(.patientID, .LO, ""),
                    ]),
                    count: 500))),
    ])
    func levelsTakeNoMoreThanTheirBound(element: DataElement) {
        let levels = ImageSetLevels(DataSet.instance(element))
        #expect(MetadataDocument.byteCount(of: levels) > 1_000)
        #expect(MetadataDocument.greatestByteCount(of: levels) >= MetadataDocument.byteCount(of: levels))
    }

    @Test(.enabled(if: TestCorpus.isPresent)) func theyDoForEveryFileOfTheCorpus() throws {
        let root = try #require(TestCorpus.url("dicom"))
        var (count, bulkCount) = (0, 0)
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where path.hasSuffix(".dcm") {
            guard let data = try? Data(contentsOf: root.appendingPathComponent(path)),
                let file = try? PartTenReader.read(MemoryBytes(Array(data)))
            else { continue }
            let header = StoredHeader.taken(from: file, salt: []).header
            let parts = [Part(header: header, frames: [frame(count, resolutions: 6)]), Part(header: header)]
            let levels = ImageSetLevels(header.dataSet)
            #expect(counted(parts, levels) == written(parts, levels), "\(path)")
            let bound = MetadataDocument.greatestByteCount(of: levels)
            #expect(bound >= MetadataDocument.byteCount(of: levels), "\(path)")
            count += 1
            bulkCount += header.bulkValues.count
        }
        #expect(count > 300 && bulkCount > 0)
    }
}
