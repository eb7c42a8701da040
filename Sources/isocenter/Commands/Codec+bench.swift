import ArgumentParser
import FrameCodecs
import HTJ2K

extension Codec {
    /// How fast an image is decoded, verified and encoded here.
    struct Bench: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Time decoding, verification and encoding of an image, in one thread unless told otherwise.",
            discussion: """
                Verification decodes once and takes the CRC-32 of all resolutions, as an import does. Megabytes are those
                of the samples. `make bench-codec` compares with OpenJPH.
                """)

        @Argument(help: "The codestream or JPH file.") var input: String
        @Option(help: "Seconds for each of the three.") var seconds = 1.0
        @Option(help: "Threads of decoding and encoding.") var threads = 1

        func run() throws {
            guard seconds > 0 else { throw ValidationError("--seconds is more than none") }
            let bytes = try Codec.read(input)
            var decoding = DecoderOptions()
            decoding.workers = try Codec.workers(threads)
            var encoding = EncoderOptions()
            encoding.workers = decoding.workers
            let codestream = try Codestream(bytes)
            let samples = try codestream.decode(decoding)
            let image = codestream.image
            try report("decode", samples.count) { _ = try Codestream(bytes).decode(decoding) }
            try report("verify", samples.count) {
                try Codestream(bytes).decodeResolutions { _, _, _, samples in _ = Checksum.crc32(samples) }
            }
            var size = 0
            try report("encode", samples.count) {
                size = try samples.withUnsafeBytes { try HTJ2K.encode($0, image, options: encoding).count }
            }
            print("encoded to \(size) bytes, from \(samples.count); this file has \(bytes.count)")
        }

        /// Runs `work` again and again, once before it counts, and prints the least and the median time.
        private func report(_ name: String, _ byteCount: Int, _ work: () throws -> Void) throws {
            try work()
            let clock = ContinuousClock()
            let end = clock.now + .seconds(seconds)
            var times: [Duration] = []
            repeat { times.append(try clock.measure(work)) } while clock.now < end
            times.sort()
            func figure(_ time: Duration) -> String {
                let microseconds = max(Int(time / .microseconds(1)), 1)
                return "\(microseconds) us (\(byteCount / microseconds) MB/s)"
            }
            print("\(name)  least \(figure(times[0])), median \(figure(times[times.count / 2])) of \(times.count)")
        }
    }
}
