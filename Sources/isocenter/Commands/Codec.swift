import ArgumentParser
import Dispatch
import Foundation
import HTJ2K

/// The HTJ2K codec for people.
struct Codec: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encode, decode, inspect and time HTJ2K images; transcode foreign ones.",
        subcommands: [Encode.self, Decode.self, Inspect.self, Bench.self, Transcode.self])

    /// The bytes of a file.
    static func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// As many threads as a person asks for.
    static func workers(_ threads: Int) throws -> Workers {
        guard (1...1024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
        return threads == 1
            ? .one : Workers(threads, run: { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) })
    }

    /// The numbers of an option such as 512x256.
    static func numbers(_ text: String, count: Int, _ option: String, _ form: String) throws -> [Int] {
        let numbers = text.split(whereSeparator: { "x,".contains($0) }).compactMap { Int($0) }
        guard numbers.count == count else { throw ValidationError("\(option) is \(form)") }
        return numbers
    }
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
        @Option(help: "Decompositions, 0 to 32; else as many as bring the shorter side to 64 pixels.") var levels: Int?
        @Option(help: "Cut into tiles of this size, such as 512x512.") var tile: String?
        @Flag(help: "Keep components apart; else three of them are transformed as colours.") var separate = false
        @Option(help: "Threads; the bytes are the same whatever the number.") var threads = 1

        func run() throws {
            let image = ImageDescription(
                width: width, height: height, components: components, bitDepth: bits, isSigned: signed)
            let samples = try Codec.read(input)
            var options = EncoderOptions()
            options.decompositionLevels = levels
            options.usesColourTransform = separate ? false : nil
            options.workers = try Codec.workers(threads)
            if let tile {
                let size = try Codec.numbers(tile, count: 2, "--tile", "WIDTHxHEIGHT")
                options.tileSize = (size[0], size[1])
            }
            guard samples.count == image.byteCount else {
                throw ValidationError("\(input) has \(samples.count) bytes; this image has \(image.byteCount)")
            }
            let codestream = try samples.withUnsafeBytes { try HTJ2K.encode($0, image, options: options) }
            let file = output.hasSuffix(".jph") ? JPHFile.wrap(codestream, image: image) : codestream
            try Codec.write(file, to: output)
            print("\(samples.count) bytes encoded to \(file.count)")
        }
    }

    /// A codestream to raw samples.
    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decode a codestream or JPH file to raw samples (little endian).")

        @Argument(help: "The codestream or JPH file.") var input: String
        @Argument(help: "The file of samples to write.") var output: String
        @Option(help: "Resolutions to leave out: 1 halves width and height.") var reduce = 0
        @Option(help: "Only these pixels of the reduced image: X,Y,WIDTHxHEIGHT.") var region: String?
        @Flag(help: "One component after the other instead of interleaved by pixel.") var planar = false
        @Option(help: "Bytes of a sample: 1, 2 or 4; else the least that hold it.") var bytes: Int?
        @Option(help: "Threads.") var threads = 1

        func run() throws {
            let codestream = try Codestream(Codec.read(input))
            var options = DecoderOptions()
            options.reducedBy = reduce
            options.arrangement = planar ? .planar : .interleaved
            options.bytesPerSample = bytes
            options.workers = try Codec.workers(threads)
            var size = codestream.size(reducedBy: reduce)
            if let region {
                let numbers = try Codec.numbers(region, count: 4, "--region", "X,Y,WIDTHxHEIGHT")
                options.region = PixelRegion(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
                size = (numbers[2], numbers[3])
            }
            let samples = try codestream.decode(options)
            try Codec.write(samples, to: output)
            print("\(size.width) x \(size.height), \(samples.count) bytes")
        }
    }
}
