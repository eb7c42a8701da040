import Crypto
import DICOM
import Foundation
import TestSupport
import Testing

@testable import FrameCodecs

/// A line of the corpus' MANIFEST.csv.
struct ManifestEntry: Sendable, CustomTestStringConvertible {
    /// The path below `dicom/`.
    var file: String
    var transferSyntaxUID = ""
    /// SHA-256 of the pixel array as pydicom makes it: colour by pixel, a byte for each cell of 1 bit.
    var pixelHash = ""

    var testDescription: String { file }

    /// The files whose pixels have a known hash; none without the corpus.
    static let withPixels: [ManifestEntry] = TestCorpus.manifest(of: "dicom").compactMap { row in
        guard let file = row["file"], let hash = row["pixel_sha256"], !hash.isEmpty else { return nil }
        return ManifestEntry(file: file, transferSyntaxUID: row["transfer_syntax"] ?? "", pixelHash: hash)
    }

    /// The bytes of the file.
    func bytes() throws -> [UInt8] {
        guard let url = TestCorpus.url("dicom/" + file) else { return [] }
        return Array(try Data(contentsOf: url))
    }
}

/// Samples of the corpus in the form that its hashes are of.
enum CorpusPixels {
    #if DEBUG
    /// Larger frames are left to optimised builds, where the codec is many times as fast.
    static let maximumCodedByteCount = 40_000
    #else
    static let maximumCodedByteCount = Int.max
    #endif

    /// The hash of all frames of an instance.
    static func hash(of source: FrameSource) throws -> String {
        let pixel = try #require(source.pixel)
        var hash = SHA256()
        for index in 0..<source.frameCount { hash.update(data: pixels(of: try source.nativeFrame(index), pixel)) }
        return hexadecimal(hash.finalize())
    }

    /// The hash of cells as they are.
    static func hash(of cells: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: cells))
    }

    /// The cells of a frame as pydicom shows them.
    private static func pixels(of frame: [UInt8], _ pixel: PixelDescription) -> [UInt8] {
        if pixel.bitsAllocated == 1 {
            return (0..<pixel.rows * pixel.columns).map { frame[$0 / 8] >> UInt8($0 % 8) & 1 }
        }
        if pixel.isChromaSubsampled {
            return stride(from: 0, to: frame.count - 3, by: 4).flatMap { place in
                [0, 2, 3, 1, 2, 3].map { frame[place + $0] }
            }
        }
        guard pixel.bitsAllocated == 16, pixel.bitsStored < 16 else { return frame }
        // Bits above the sample, which we keep, are written over with its extension.
        let rest = Int16(16 - pixel.bitsStored)
        return stride(from: 0, to: frame.count, by: 2).flatMap { place in
            let cell = Int16(truncatingIfNeeded: Int(frame[place]) | Int(frame[place + 1]) << 8) << rest
            let sample = pixel.isSigned ? cell >> rest : Int16(bitPattern: UInt16(bitPattern: cell) >> UInt16(rest))
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
