import DICOM

/// Decodes stored frames.
public enum FrameDecoder {
    /// Whether frames of this transfer syntax can be decoded, by us or by a `foreign` codec.
    public static func decodes(_ transferSyntaxUID: String, foreign: (any ForeignCodec)? = nil) -> Bool {
        FrameDecoders.decoder(of: transferSyntaxUID) != nil
            || foreign != nil && ForeignScheme(transferSyntaxUID: transferSyntaxUID) != nil
    }

    /// The samples of one frame as stored (bare codestream, or JPH file): native cells, little endian, Bits Allocated
    /// wide, colour by pixel, `pixel.frameByteCount` bytes. What Pixel Data of Explicit VR Little Endian with Planar
    /// Configuration 0 hold.
    ///
    /// A transfer syntax without a decoder is refused by name. The size and sample type of a compressed frame are
    /// checked against `pixel` before anything is allocated for its samples.
    public static func decode(
        _ frame: [UInt8], storedTransferSyntaxUID: String, pixel: PixelDescription, foreign: (any ForeignCodec)? = nil
    ) throws(FrameError) -> [UInt8] {
        if let foreign, let scheme = ForeignScheme(transferSyntaxUID: storedTransferSyntaxUID) {
            return try ForeignFrame.decode(frame, scheme, pixel, foreign)
        }
        guard let decoder = FrameDecoders.decoder(of: storedTransferSyntaxUID) else {
            let name = TransferSyntax.known(storedTransferSyntaxUID)?.name ?? "an unknown transfer syntax"
            throw FrameError(
                .unsupportedTransferSyntax, transferSyntaxUID: storedTransferSyntaxUID, "no decoder for \(name)")
        }
        let samples = try decoder.decode(frame, pixel)
        guard samples.count == pixel.frameByteCount else {
            throw FrameError(
                .descriptionMismatch, transferSyntaxUID: storedTransferSyntaxUID,
                "the decoded frame has another size than the attributes say")
        }
        return samples
    }
}
