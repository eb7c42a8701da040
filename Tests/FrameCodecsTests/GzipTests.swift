import CDeflate
import Testing

@testable import FrameCodecs

struct GzipTests {
    @Test(arguments: [-5, 0, 1, 6, 12, 99], [0, 1, 100, 70_000])
    func whatIsCompressedInflatesToItself(level: Int, count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let compressed = Gzip.compress(bytes, level: level)
        #expect(compressed.starts(with: [0x1F, 0x8B, 8]))
        #expect(try inflate(compressed, count) == bytes)
    }

    @Test func textShrinks() {
        #expect(Gzip.compress([UInt8](repeating: 0x20, count: 100_000)).count < 1000)
    }

    private func inflate(_ compressed: [UInt8], _ count: Int) throws -> [UInt8] {
        let decompressor = try #require(libdeflate_alloc_decompressor())
        defer { libdeflate_free_decompressor(decompressor) }
        var output = [UInt8](repeating: 0, count: count + 1)
        var written = 0
        let result = libdeflate_gzip_decompress(
            decompressor, compressed, compressed.count, &output, output.count, &written)
        #expect(result == LIBDEFLATE_SUCCESS)
        return Array(output.prefix(written))
    }
}
