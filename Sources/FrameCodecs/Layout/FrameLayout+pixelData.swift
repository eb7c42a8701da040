public import DICOM

extension FrameLayout {
    /// Finds the frames of `pixelData`, which `pixel` describes.
    ///
    /// - `transferSyntaxUID` tells how compressed images begin, for pixel data without an offset table that holds.
    /// - `extendedOffsetTable` is that of the data set, if it has one (PS3.3 C.7.6.3.1.8).
    /// - Reads nothing of native pixel data and at most 16 bytes of a fragment.
    public init(
        _ pixelData: PixelData, _ pixel: PixelDescription, bytes: PixelDataBytes, transferSyntaxUID: String,
        extendedOffsetTable: ExtendedOffsetTable? = nil
    ) throws(Failure) {
        switch pixelData.form {
        case .native(_, let length, let declaredLength, _):
            self = try FrameLayout.native(
                byteCount: max(length, 0), isTruncated: length < declaredLength, pixel)
        case .encapsulated(let encapsulated):
            self = try FragmentRules(
                encapsulated, bytes: bytes, numberOfFrames: pixel.numberOfFrames,
                start: StartOfImage(transferSyntaxUID: transferSyntaxUID)
            ).layout(extendedOffsetTable)
        }
    }
}
