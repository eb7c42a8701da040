import ArgumentParser
import Foundation
import HTJ2K

/// The HTJ2K codec for people.
struct Codec: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encode, decode and inspect HTJ2K images.",
        subcommands: [Encode.self, Decode.self, Inspect.self, Transcode.self])
}

extension Codec {
    /// Raw samples to a codestream.
    struct Encode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Encode raw samples (interleaved, little endian) losslessly.")

        @Argument(help: "The file of samples.") var input: String
        @Argument(help: "The file to write: .jph with boxes, else a bare codestream.") var output: String
        @Option(help: "Pixels in a row.") var width: Int
        @Option(help: "Rows.") var height: Int
        @Option(help: "Samples of a pixel.") var components = 1
        @Option(help: "Bits of a sample, 1 to 32.") var bits = 16
        @Flag(help: "Samples are signed.") var signed = false

        func run() throws {
            let image = ImageDescription(
                width: width, height: height, components: components, bitDepth: bits, isSigned: signed)
            let samples = try Data(contentsOf: URL(fileURLWithPath: input))
            guard samples.count == image.byteCount else {
                throw ValidationError("\(input) has \(samples.count) bytes; this image has \(image.byteCount)")
            }
            let codestream = try samples.withUnsafeBytes { try HTJ2K.encode($0, image) }
            let file = output.hasSuffix(".jph") ? JPHFile.wrap(codestream, image: image) : codestream
            try Data(file).write(to: URL(fileURLWithPath: output))
            print("\(samples.count) bytes encoded to \(file.count)")
        }
    }

    /// A codestream to raw samples.
    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decode a codestream or JPH file to raw samples (interleaved, little endian).")

        @Argument(help: "The codestream or JPH file.") var input: String
        @Argument(help: "The file of samples to write.") var output: String
        @Option(help: "Resolutions to leave out: 1 halves width and height.") var reduce = 0

        func run() throws {
            let codestream = try Codestream([UInt8](Data(contentsOf: URL(fileURLWithPath: input))))
            let samples = try codestream.decode(reducedBy: reduce)
            try Data(samples).write(to: URL(fileURLWithPath: output))
            let size = codestream.size(reducedBy: reduce)
            print("\(size.width) x \(size.height), \(samples.count) bytes")
        }
    }

    /// What a codestream is made of.
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a codestream or JPH file is made of: image, coding, tile-parts.")

        @Argument(help: "The codestream or JPH file.") var input: String

        func run() throws {
            let codestream = try Codestream([UInt8](Data(contentsOf: URL(fileURLWithPath: input))))
            let image = codestream.image
            print(
                "image        \(image.width) x \(image.height), \(image.components) component(s), "
                    + "\(image.bitDepth) bit \(image.isSigned ? "signed" : "unsigned")")
            print(
                "coding       \(codestream.isReversible ? "reversible" : "irreversible"), "
                    + "\(codestream.decompositionLevels) decomposition level(s), progression \(codestream.progression)")
            print("tile-parts")
            for part in try codestream.tileParts() {
                let resolution = part.resolution.map { level in
                    let size = codestream.size(reducedBy: codestream.decompositionLevels - level)
                    return "resolution \(level) (\(size.width) x \(size.height))"
                }
                print(
                    "  tile \(part.tile) part \(part.part)  bytes \(part.range.lowerBound)..<\(part.range.upperBound)"
                        + "  \(part.range.count) bytes  \(resolution ?? "")")
            }
        }
    }
}
