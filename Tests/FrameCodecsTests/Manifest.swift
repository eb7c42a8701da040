import Foundation
import TestSupport
import Testing

/// A line of the corpus' MANIFEST.csv.
struct ManifestEntry: Sendable, CustomTestStringConvertible {
    /// The path below `dicom/`.
    var file: String
    var transferSyntaxUID = ""
    /// SHA-256 of the pixel array as pydicom makes it: colour by pixel, a byte for each cell of 1 bit.
    var pixelHash = ""

    var testDescription: String { file }

    /// The files whose pixels have a known hash; none without the corpus.
    static let withPixels: [ManifestEntry] = {
        guard let url = TestCorpus.url("dicom/MANIFEST.csv"), let text = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        let lines = text.split(whereSeparator: \.isNewline).map { fields(String($0)) }
        guard let names = lines.first else { return [] }
        return lines.dropFirst().compactMap { line in
            let row = Dictionary(zip(names, line), uniquingKeysWith: { first, _ in first })
            guard let file = row["file"], let hash = row["pixel_sha256"], !hash.isEmpty else { return nil }
            return ManifestEntry(file: file, transferSyntaxUID: row["transfer_syntax"] ?? "", pixelHash: hash)
        }
    }()

    /// The bytes of the file.
    func bytes() throws -> [UInt8] {
        guard let url = TestCorpus.url("dicom/" + file) else { return [] }
        return Array(try Data(contentsOf: url))
    }

    /// The fields of a line; quoted ones may hold commas and doubled quotes.
    private static func fields(_ line: String) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
