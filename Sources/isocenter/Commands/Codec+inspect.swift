import ArgumentParser
import HTJ2K

extension Codec {
    /// What a codestream is made of.
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a codestream or JPH file is made of: image, coding, markers, resolutions, tile-parts.")

        @Argument(help: "The codestream or JPH file.") var input: String

        func run() throws {
            let codestream = try Codestream(Codec.read(input))
            printImage(codestream)
            try printMarkers(codestream)
            try printResolutions(codestream)
            try printTileParts(codestream)
        }

        private func printImage(_ codestream: Codestream) {
            let image = codestream.image
            let grid = codestream.tileGrid
            let sign = image.isSigned ? "signed" : "unsigned"
            let samples = "\(image.components) component(s), \(image.bitDepth) bit \(sign)"
            print("image        \(image.width) x \(image.height), \(samples), \(grid.across) x \(grid.down) tile(s)")
            let transform = codestream.isReversible ? "reversible 5/3" : "irreversible 9/7"
            let colours = codestream.usesColourTransform ? ", colour transform" : ""
            let levels = "\(codestream.decompositionLevels) decomposition level(s)"
            let progression = "progression \(codestream.progression)"
            print("coding       \(transform)\(colours), \(levels), \(progression), \(codestream.byteCount) bytes")
        }

        private func printMarkers(_ codestream: Codestream) throws {
            print("markers")
            for segment in try codestream.markerSegments() where segment.tile == nil || segment.name != "SOD" {
                let name = segment.name ?? "0x\(String(segment.marker, radix: 16, uppercase: true))"
                var tile = ""
                if let number = segment.tile { tile = "  tile \(number)" }
                print("  \(name)  bytes \(segment.range.lowerBound)..<\(segment.range.upperBound)\(tile)")
            }
        }

        /// How far the bytes must be read for each resolution, and what that adds to the one below.
        private func printResolutions(_ codestream: Codestream) throws {
            print("resolutions")
            var before = 0
            for resolution in 0...codestream.decompositionLevels {
                let size = codestream.size(reducedBy: codestream.decompositionLevels - resolution)
                let end: Int
                do throws(CodestreamError) {
                    end = try codestream.byteCount(throughResolution: resolution)
                } catch {
                    guard error.code == .truncated else { throw error }
                    print("  \(resolution)  \(size.width) x \(size.height)  not complete")
                    continue
                }
                print("  \(resolution)  \(size.width) x \(size.height)  the first \(end) bytes, \(end - before) more")
                before = end
            }
        }

        private func printTileParts(_ codestream: Codestream) throws {
            print("tile-parts")
            for part in try codestream.tileParts() {
                var resolution = ""
                if let number = part.resolution { resolution = "  resolution \(number)" }
                let bytes = "bytes \(part.range.lowerBound)..<\(part.range.upperBound)"
                print("  tile \(part.tile) part \(part.part)  \(bytes)  \(part.range.count) bytes\(resolution)")
            }
        }
    }
}
