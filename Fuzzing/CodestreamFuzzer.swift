/// Reads the bytes in every way that the codec offers; whatever they are, that ends in samples or in a `CodestreamError`.
///
/// Compiled together with Sources/HTJ2K by Scripts/fuzz-codec.sh, with libFuzzer and the address sanitiser.
@_cdecl("LLVMFuzzerTestOneInput")
public func readCodestream(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    do throws(CodestreamError) {
        // The limit keeps images that headers inflate from taking all the time.
        let codestream = try Codestream(bytes, limits: DecoderLimits(maximumSampleCount: 1 << 16))
        _ = try? codestream.tileParts()
        _ = try? codestream.markerSegments()
        for resolution in 0...min(codestream.decompositionLevels, 2) {
            _ = try? codestream.byteCount(throughResolution: resolution)
        }
        try? codestream.decodeResolutions { _, _, _, _ in }
        for options in choices(codestream, seed: bytes.reduce(0) { $0 &* 31 &+ Int($1) }) {
            do throws(CodestreamError) {
                let expected = try codestream.byteCount(options)
                let samples = try codestream.decode(options)
                precondition(samples.count == expected)
            } catch {
                precondition(error.offset <= count)
            }
        }
        _ = try codestream.decode()
    } catch {
        precondition(error.offset <= count)
    }
    return 0
}

/// The lowest resolution, and some region that the seed chooses, planar and of wide samples.
private func choices(_ codestream: Codestream, seed: Int) -> [DecoderOptions] {
    var lowest = DecoderOptions()
    lowest.reducedBy = codestream.decompositionLevels
    var part = DecoderOptions()
    let choice = seed & 0xFFFF_FFFF
    part.reducedBy = choice % 4 == 0 ? min(1, codestream.decompositionLevels) : 0
    part.arrangement = .planar
    part.bytesPerSample = 4
    let (width, height) = codestream.size(reducedBy: part.reducedBy)
    guard width > 0, height > 0 else { return [lowest] }
    let x = choice / 4 % width
    let y = choice / 256 % height
    part.region = PixelRegion(
        x: x, y: y, width: 1 + choice / 65536 % (width - x), height: 1 + choice / 1_048_576 % (height - y))
    return [lowest, part]
}
