import HTJ2K
import Testing

@Suite struct JPHFileTests {
    private static let image = SampleImage(
        ImageDescription(width: 9, height: 5, components: 3, bitDepth: 8, isSigned: false), .noise, seed: 4)

    @Test func wrappedCodestreamOpensWithTheBoxesAndDecodes() throws {
        let codestream = try JPHFileTests.image.encoded()
        let file = JPHFile.wrap(codestream, image: JPHFileTests.image.description)
        #expect(file[4..<8] == [0x6A, 0x50, 0x20, 0x20])
        #expect(Array(file[16..<24]) == Array("ftypjph ".utf8))
        // ihdr: 5 rows, 9 columns, 3 components of 8 bits, compression 7.
        #expect(file[48..<62] == [0, 0, 0, 5, 0, 0, 0, 9, 0, 3, 7, 7, 0, 0])
        #expect(
            try file.withUnsafeBytes { try JPHFile.codestreamRange(in: $0) } == file.count
                - codestream.count..<file.count)
        #expect(try Codestream(file).decode() == JPHFileTests.image.samples)
    }

    @Test func headerFitsACodestreamOfThatLength() throws {
        let codestream = try JPHFileTests.image.encoded()
        let header = JPHFile.header(image: JPHFileTests.image.description, codestreamByteCount: codestream.count)
        #expect(header + codestream == JPHFile.wrap(codestream, image: JPHFileTests.image.description))
        let long = JPHFile.header(image: JPHFileTests.image.description, codestreamByteCount: 5 << 32)
        #expect(long.suffix(16) == [0, 0, 0, 1, 0x6A, 0x70, 0x32, 0x63, 0, 0, 0, 5, 0, 0, 0, 16])
    }

    @Test func bareCodestreamIsAllCodestream() throws {
        let codestream = try JPHFileTests.image.encoded()
        #expect(try codestream.withUnsafeBytes { try JPHFile.codestreamRange(in: $0) } == 0..<codestream.count)
    }

    @Test func boxesThatLieAreRefused() throws {
        let file = JPHFile.wrap([], image: JPHFileTests.image.description)
        for (offset, value) in [(15, 0), (15, 4), (12, 255), (24, 1)] as [(Int, UInt8)] {
            var bytes = file
            bytes[offset] = value
            if offset == 24 { bytes = Array(bytes.prefix(30)) }
            #expect(throws: CodestreamError.self) { try Codestream(bytes) }
        }
    }
}
