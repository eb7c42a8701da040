import Dispatch
import HTJ2K
import Testing

/// Several threads give what one gives.
@Suite struct WorkersTests {
    private static let three = Workers(3, run: { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) })

    private static let images = [
        ImageDescription(width: 310, height: 270, components: 1, bitDepth: 16, isSigned: true),
        ImageDescription(width: 130, height: 200, components: 3, bitDepth: 8, isSigned: false),
        ImageDescription(width: 90, height: 140, components: 5, bitDepth: 31, isSigned: false),
        ImageDescription(width: 1, height: 1, components: 1, bitDepth: 1, isSigned: false),
    ]

    @Test(arguments: images, [nil, 70])
    func bytesAndSamplesAreThoseOfOneThread(_ description: ImageDescription, _ tile: Int?) throws {
        let image = SampleImage(description, .ramp, seed: 9)
        var options = EncoderOptions()
        options.tileSize = tile.map { ($0, $0 - 1) }
        let bytes = try image.encoded(options)
        options.workers = WorkersTests.three
        #expect(try image.encoded(options) == bytes)
        var decoding = DecoderOptions()
        decoding.workers = WorkersTests.three
        #expect(try Codestream(bytes).decode(decoding) == image.samples)
    }

    @Test func errorsOfAnyThreadComeOut() throws {
        let image = SampleImage(WorkersTests.images[0], .noise, seed: 9)
        var bytes = try image.encoded()
        let last = try #require(try Codestream(bytes).tileParts().last?.range.upperBound)
        // The length of the last block's suffix becomes greater than the block.
        (bytes[last - 1], bytes[last - 2]) = (0xFE, 0xFF)
        var decoding = DecoderOptions()
        decoding.workers = WorkersTests.three
        #expect { try Codestream(bytes).decode(decoding) } throws: { ($0 as? CodestreamError)?.code == .malformed }
    }
}
