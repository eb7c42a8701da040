import DICOM

/// Decodes stored frames.
public enum FrameDecoder {
    /// Whether frames of this transfer syntax can be decoded.
    public static func decodes(_ transferSyntaxUID: String) -> Bool {
        FrameDecoders.decoder(of: transferSyntaxUID) != nil
    }

    /// The samples of one frame as stored (bare codestream, or JPH file): native cells, little endian, Bits Allocated
    /// wide, colour by pixel, `pixel.frameByteCount` bytes. What Pixel Data of Explicit VR Little Endian with Planar
    /// Configuration 0 hold.
    ///
    /// A transfer syntax without a decoder is refused by name. The size and sample type of a compressed frame are
    /// checked against `pixel` before anything is allocated for its samples.
    public static func decode(
        _ frame: [UInt8], storedTransferSyntaxUID: String, pixel: PixelDescription
    ) throws(FrameError) -> [UInt8] {
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
