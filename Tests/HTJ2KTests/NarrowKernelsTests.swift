import TestSupport
import Testing

@testable import HTJ2K

#if canImport(HTJ2KAVX2)
/// The loops compiled for AVX2 against those for any processor. In debug builds both are compiled alike.
@Suite(.enabled(if: NarrowKernels.isAVX2Usable))
struct NarrowKernelsTests {
    private static let variants = [NarrowKernels.portable, NarrowKernels.avx2]

    /// Runs `body` with each variant and expects the same results.
    private func expectAgreement<Result: Equatable>(
        _ message: String, _ body: (NarrowKernels) -> Result, _ place: SourceLocation = #_sourceLocation
    ) {
        let results = NarrowKernelsTests.variants.map(body)
        #expect(results[0] == results[1], "\(message)", sourceLocation: place)
    }

    private func row(_ count: Int, _ random: inout SeededGenerator, bits: Int = 16) -> [Int32] {
        (0..<count).map { _ in Int32.random(in: -1 << Int32(bits)..<1 << Int32(bits), using: &random) }
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 31, 64, 100])
    func liftingAgrees(_ width: Int) {
        var random = SeededGenerator(seed: UInt64(width))
        let (one, two, three) = (row(width, &random), row(width, &random), row(width, &random))
        for step in 0..<4 {
            expectAgreement("step \(step)") { kernels in
                var row = one
                kernels.lift(step, &row, two, three, width)
                return row
            }
        }
        for odd in 0...1 {
            expectAgreement("join") { kernels in
                var joined = [Int32](repeating: 0, count: width)
                kernels.join(one, two, width, odd, &joined)
                return joined
            }
            expectAgreement("split") { kernels in
                var (low, high) = ([Int32](repeating: 0, count: width), [Int32](repeating: 0, count: width))
                kernels.split(one, width, odd, &low, &high)
                return low + high
            }
        }
    }

    @Test(arguments: [1, 2, 4], [1, 5, 33, 64])
    func samplesAgree(_ bytes: Int, _ count: Int) {
        var random = SeededGenerator(seed: UInt64(bytes * 100 + count))
        let samples = (0..<count * 4 * bytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        for (isSigned, components) in [(false, 1), (true, 1), (false, 3), (true, 3), (false, 4)] {
            expectAgreement("load") { kernels in
                var row = [Int32](repeating: 0, count: count)
                let bits = kernels.load(samples, count, bytes, isSigned, components * bytes, 100, &row)
                return row + [bits]
            }
            guard components >= 3 else { continue }
            expectAgreement("load joined") { kernels in
                var rows = [[Int32]](repeating: Array(repeating: 0, count: count), count: 3)
                var (first, second, third) = (rows[0], rows[1], rows[2])
                let bits = kernels.loadJoined(
                    samples, count, bytes, isSigned, components * bytes, bytes, 100, &first, &second, &third)
                rows = [first, second, third, [bits]]
                return rows
            }
        }
        let (one, two, three) = (row(count, &random), row(count, &random), row(count, &random))
        let greatest = 1 << min(8 * bytes, 30) - 1
        for components in [1, 3, 4] {
            expectAgreement("store") { kernels in
                var stored = samples
                stored.withUnsafeMutableBytes {
                    kernels.store(one, count, bytes, components * bytes, 128, 0, greatest, $0.baseAddress!)
                }
                return stored
            }
            guard components >= 3 else { continue }
            expectAgreement("store joined") { kernels in
                var stored = samples
                stored.withUnsafeMutableBytes {
                    kernels.storeJoined(
                        one, two, three, count, bytes, components * bytes, bytes, 128, 0, greatest, $0.baseAddress!)
                }
                return stored
            }
        }
    }

    @Test(arguments: [(64, 64), (3, 5), (1, 1), (128, 32), (1024, 4), (63, 2)], [1, 9, 16, 29])
    func blocksAgree(_ size: (width: Int, height: Int), _ bits: Int) {
        var random = SeededGenerator(seed: UInt64(size.width * 1000 + size.height * 40 + bits))
        let (width, height) = (size.width, size.height)
        let coefficients = row(width * height, &random, bits: bits).map {
            $0 >> Int32.random(in: 0...9, using: &random)
        }
        let workspace = BlockWorkspace<UInt32>().forEncoding()
        func bytes(_ kernels: NarrowKernels) -> [UInt8] {
            let count = kernels.encodeBlock(workspace.base, coefficients, width, width, height)
            return Array(UnsafeBufferPointer(start: workspace.memory.output, count: count))
        }
        expectAgreement("encode", bytes)
        let block = bytes(.portable)
        guard !block.isEmpty else { return }
        // Whatever follows the cleanup pass is refinement.
        let refined = block + (0..<40).map { _ in UInt8.random(in: 0...0x7F, using: &random) }
        for passes in 1...3 {
            expectAgreement("decode") { kernels in
                let isWhole = kernels.decodeBlock(
                    workspace.base, refined, passes, block.count, 40, bits, false, width, height)
                #expect(isWhole)
                let stride = (width + 1) & ~1
                var rows = [Int32](repeating: 0, count: (stride + 3) * height)
                kernels.reconstruct(
                    workspace.memory.words, height, stride, stride, stride + 3, passes > 1 ? 3 : 0, passes > 1, &rows)
                return rows
            }
        }
    }
}
#endif
