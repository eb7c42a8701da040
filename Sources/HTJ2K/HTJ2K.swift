/// High-Throughput JPEG 2000 (ITU-T T.814 | ISO/IEC 15444-15): the lossless encoder; `Codestream` decodes.
public enum HTJ2K {
    /// Encodes interleaved little-endian samples, as `image` describes them, without loss.
    ///
    /// The codestream has the reversible 5/3 transform, 64×64 code-blocks of one cleanup pass and progression RPCL. Each
    /// resolution of each tile is one tile-part; they follow each other by resolution, the lowest first, so that a prefix of
    /// the bytes holds a lower resolution of the whole image, and TLM lists their lengths. Throws `invalidArgument` when the
    /// numbers of `image` are not those of an image, `samples` is shorter than it, or a sample exceeds its bit depth.
    public static func encode(
        _ samples: UnsafeRawBufferPointer, _ image: ImageDescription,
        options: EncoderOptions = EncoderOptions()
    ) throws(CodestreamError) -> [UInt8] {
        let parameters = try EncodingParameters(image, options)
        guard samples.count >= image.byteCount, let base = samples.baseAddress else {
            throw CodestreamError(.invalidArgument, "there are fewer samples than the image has")
        }
        if parameters.magnitudeBits <= UInt32.maximumMagnitudeBits {
            return try ImageEncoder<UInt32>(parameters, options.workers).encode(base)
        }
        return try ImageEncoder<UInt64>(parameters, options.workers).encode(base)
    }
}
