import TestSupport
import Testing

@testable import HTJ2K

@Suite struct BlockCoderTests {
    /// Encodes a block and decodes it again; gives its bytes and the words that come back.
    private func code<Word: CodingWord>(
        _ coefficients: [Int], width: Int, height: Int, bits: Int, as: Word.Type
    ) -> (bytes: [UInt8], words: [Word], expected: [Word])? {
        let workspace = BlockWorkspace<Word>().forEncoding()
        let memory = workspace.memory
        let encoder = CleanupEncoder(memory)
        let source = coefficients.map { Word.Coefficient(truncatingIfNeeded: $0) }
        let any = source.withUnsafeBufferPointer {
            encoder.load($0.baseAddress!, stride: width, width: width, height: height)
        }
        guard any != 0 else { return nil }
        let count = ((width + 1) & ~1) * ((height + 1) & ~1)
        let expected = Array(UnsafeBufferPointer(start: memory.words, count: count))
        let bytes = Array(
            UnsafeBufferPointer(start: memory.output, count: encoder.encode(width: width, height: height)))
        memory.words.initialize(repeating: 77, count: count)
        let isWhole = CleanupDecoder(memory).decode(
            bytes, count: bytes.count, missing: bits - 1, width: width, height: height)
        #expect(isWhole)
        return (bytes, Array(UnsafeBufferPointer(start: memory.words, count: count)), expected)
    }

    @Test(arguments: [
        (64, 64), (1, 1), (1, 2), (2, 1), (3, 5), (63, 61), (32, 128), (1024, 4), (4, 1024), (1, 1024), (1023, 3),
    ])
    func blocksOfAnyShapeComeBackExactlyFromBothWords(_ width: Int, _ height: Int) throws {
        var random = SeededGenerator(seed: UInt64(width * 10_000 + height))
        for bits in [1, 5, 30] {
            for density in [1, 40] {
                let greatest = 1 << bits - 1
                let coefficients = (0..<width * height).map { _ in
                    Int.random(in: 0..<density, using: &random) > 0
                        ? 0
                        : Int.random(in: -greatest...greatest, using: &random)
                            >> Int.random(in: 0..<bits, using: &random)
                }
                let narrow = code(coefficients, width: width, height: height, bits: bits, as: UInt32.self)
                let wide = code(coefficients, width: width, height: height, bits: bits, as: UInt64.self)
                #expect(narrow?.words == narrow?.expected)
                #expect(wide?.words == wide?.expected)
                #expect(narrow?.bytes == wide?.bytes)
                if let bytes = narrow?.bytes {
                    // No byte pair that looks like a marker, and none that could join one.
                    #expect(!zip(bytes, bytes.dropFirst()).contains { $0 == 0xFF && $1 > 0x8F })
                    #expect(bytes.last != 0xFF)
                }
            }
        }
    }

    @Test func deepestMagnitudesComeBackFromWideWords() {
        var random = SeededGenerator(seed: 44)
        let greatest = 1 << 37 - 1
        let coefficients = (0..<300).map { _ in Int.random(in: -greatest...greatest, using: &random) }
        let coded = code(coefficients, width: 20, height: 15, bits: 37, as: UInt64.self)
        #expect(coded?.words == coded?.expected)
        #expect(coded != nil)
    }

    @Test func lengthsOutsideTheSuffixAreRefused() {
        let workspace = BlockWorkspace<UInt32>()
        let decoder = CleanupDecoder(workspace.memory)
        // Scup is the last byte × 16 and the low half of the one before.
        for bytes in [[], [0], [0, 0], [1, 0], [3, 0], [0, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
            #expect(!decoder.decode(bytes, count: bytes.count, missing: 3, width: 4, height: 4))
        }
    }
}
