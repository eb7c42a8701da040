import DICOM
import Foundation
import ImageSets
import TestSupport
import Testing

/// Rebuilds the data sets behind documents captured from the service, and compares what we write of them.
@Suite(.enabled(if: TestCorpus.isPresent)) struct CapturedDocumentTests {
    /// The captured documents are older than two members of today's.
    private static let newMembers: Set = ["StoredTransferSyntaxUID", "ChecksumType"]

    @Test(arguments: [
        "image-set-metadata-captured.json", "dicom/ahi-imageset-metadata/ahi-imageset-metadata-1.json",
    ])
    func whatWeWriteEqualsTheCapturedDocument(path: String) throws {
        let captured = try JSONNode(Data(contentsOf: try #require(TestCorpus.url(path))))
        let written = try rewritten(captured)
        let differences = written.differences(from: captured)
        #expect(
            differences.allSatisfy { place in
                CapturedDocumentTests.newMembers.contains { place.hasSuffix("/\($0): extra") }
            })
        let instances = captured["Study"]?["Series"]?.members.values.first?["Instances"]?.members.count
        #expect(differences.count == 2 * (try #require(instances)))
    }

    private func rewritten(_ captured: JSONNode) throws -> JSONNode {
        let study = try #require(captured["Study"])
        let series = try #require(study["Series"]?.members.values.first)
        let shared = [captured["Patient"], study, series].compactMap { $0?["DICOM"]?.members }
        var document: MetadataDocument?
        for instance in try #require(series["Instances"]?.members.values) {
            let vrs = instance["DICOMVRs"]?.members ?? [:]
            let members = (shared + [instance["DICOM"]?.members ?? [:]]).reduce(into: [:]) { all, level in
                all.merge(level) { first, _ in first }
            }
            let all = DataSet(try members.compactMap { key, value in try element(key, value, vrs) })
            let header = StoredHeader(
                fileMeta: DataSet(all.elements.filter { $0.tag.group == 2 }),
                dataSet: DataSet(all.elements.filter { $0.tag.group != 2 }),
                transferSyntaxUID: "1.2.840.10008.1.2",
                pixelElement: members["PixelData"].map { _ in .init(tag: .pixelData, vr: .OW, isEncapsulated: false) })
            if document == nil {
                document = MetadataDocument(
                    datastore: try #require(DatastoreID(captured["DatastoreID"]?.text ?? "")),
                    imageSet: try #require(ImageSetID(captured["ImageSetID"]?.text ?? "")),
                    levels: ImageSetLevels(header.dataSet))
            }
            let frames = try #require(instance["ImageFrames"]).elements.map { try frame($0) }
            document?.write(header, storedTransferSyntaxUID: "1.2.840.10008.1.2.4.202", frames: frames) { _ in "" }
        }
        var finished = try #require(document)
        finished.finish()
        return try JSONNode(finished.takeBytes())
    }

    private func frame(_ node: JSONNode) throws -> FrameEntry {
        FrameEntry(
            id: try #require(ImageFrameID(node["ID"]?.text ?? "")),
            checksums: try #require(node["PixelDataChecksumFromBaseToFullResolution"]).elements.map {
                FrameEntry.ResolutionChecksum(
                    width: Int(try #require($0["Width"]?.number)), height: Int(try #require($0["Height"]?.number)),
                    checksum: UInt32(try #require($0["Checksum"]?.number)))
            },
            minimumPixelValue: node["MinPixelValue"]?.number.map { Int64($0) },
            maximumPixelValue: node["MaxPixelValue"]?.number.map { Int64($0) },
            sizeInBytes: Int64(try #require(node["FrameSizeInBytes"]?.number)))
    }

    /// The element that a member of a document stands for; nil for pixel data.
    private func element(_ key: String, _ value: JSONNode, _ vrs: [String: JSONNode]) throws -> DataElement? {
        guard key != "PixelData" else { return nil }
        let tag = try #require(Tag(keyword: key) ?? Tag(hexadecimal: key))
        let vr = try #require(vrs[key]?.text.flatMap { VR(code: $0) } ?? DataDictionary.entry(for: tag)?.vr)
        if value == .null { return vr == .SQ ? DataElement(tag, items: []) : DataElement(tag, vr, bytes: []) }
        if vr == .SQ {
            return DataElement(
                tag,
                items: try value.elements.map { item in
                    DataSet(try item.members.compactMap { key, value in try element(key, value, vrs) })
                })
        }
        let values = value.elements.isEmpty ? [value] : value.elements
        if vr.isBinary {
            let data = try #require(value.text.flatMap { Data(base64Encoded: $0) })
            return DataElement(tag, vr, bytes: Array(data))
        }
        switch vr {
        case .AT:
            let tags = try values.map { try #require(Tag(hexadecimal: $0.text ?? "")) }
            return DataElement(tag, vr, bytes: tags.flatMap { little($0.group) + little($0.element) })
        case .FD:
            return DataElement(tag, vr, bytes: try values.flatMap { little(try #require($0.number).bitPattern) })
        case _ where vr.isNumericBinary:
            return DataElement(tag, vr, integers: try values.map { Int(try #require($0.number)) })
        default:
            // As written: these documents show DS and IS without padding, so none is added.
            let text = try values.map { try #require($0.text) }.joined(separator: "\\")
            let isNumeric = vr == .DS || vr == .IS
            return isNumeric ? DataElement(tag, vr, bytes: Array(text.utf8)) : DataElement(tag, vr, text)
        }
    }

    private func little(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}
