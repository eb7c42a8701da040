/// High-Throughput JPEG 2000 (ITU-T T.814 | ISO/IEC 15444-15): the lossless encoder; `Codestream` decodes.
public enum HTJ2K {
    /// Encodes interleaved little-endian samples, as `image` describes them, without loss.
    ///
    /// The codestream has one tile, the reversible 5/3 transform, 64×64 code-blocks of one cleanup pass, progression RPCL
    /// with one tile-part per resolution, the lowest first, and their lengths in TLM. Throws `invalidArgument` when the
    /// numbers of `image` are not those of an image, `samples` is shorter than it, or a sample exceeds its bit depth.
    public static func encode(
        _ samples: UnsafeRawBufferPointer, _ image: ImageDescription, options: EncoderOptions = EncoderOptions()
    ) throws(CodestreamError) -> [UInt8] {
        let parameters = try EncodingParameters(image, options)
        guard samples.count >= image.byteCount, let base = samples.baseAddress else {
            throw CodestreamError(.invalidArgument, "there are fewer samples than the image has")
        }
        let layout = try TileLayout(parameters.size, tile: 0, coding: parameters.coding)
        let deepest = layout.components[0].bands.map { $0.magnitudeBits }.max() ?? 0
        if deepest <= UInt32.maximumMagnitudeBits {
            return try TileEncoder<UInt32>(parameters, layout).encode(base)
        }
        return try TileEncoder<UInt64>(parameters, layout).encode(base)
    }
}
