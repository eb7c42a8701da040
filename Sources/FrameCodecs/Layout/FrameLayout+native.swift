extension FrameLayout {
    /// Splits native pixel data of `byteCount` bytes into the frames that `pixel` describes.
    ///
    /// Bytes after the last frame are padding unless they could be a frame more. Fewer bytes than the frames need, or a
    /// frame more, fail: which frames are meant cannot be known.
    static func native(byteCount: Int, isTruncated: Bool, _ pixel: PixelDescription) throws(Failure) -> FrameLayout {
        let bits = pixel.frameBitCount
        let wholeFrames = byteCount.multipliedReportingOverflow(by: 8).overflow ? 0 : byteCount * 8 / bits
        guard let declared = pixel.numberOfFrames else {
            // "1A" frames: what is there counts, if it is frames and nothing else.
            guard wholeFrames > 0, byteCount - bytes(wholeFrames, bits) <= 1 else {
                throw Failure(
                    .frameNumberMismatch, "Number of Frames is no number and the pixel data are no whole frames.",
                    wholeFrameCount: wholeFrames)
            }
            return FrameLayout(places: .strided(bits: bits, count: wholeFrames))
        }
        guard wholeFrames >= declared else {
            throw shortage(byteCount, isTruncated: isTruncated, bits: bits, wholeFrames: wholeFrames)
        }
        let excess = byteCount - bytes(declared, bits)
        guard excess <= 1 || excess < bytes(1, bits) else {
            throw Failure(
                .frameNumberMismatch, "The pixel data hold more frames than Number of Frames says.",
                wholeFrameCount: wholeFrames)
        }
        return FrameLayout(places: .strided(bits: bits, count: declared))
    }

    private static func shortage(_ byteCount: Int, isTruncated: Bool, bits: Int, wholeFrames: Int) -> Failure {
        if isTruncated {
            return Failure(
                .framesExtractionFailure, "The pixel data end before their declared length.",
                wholeFrameCount: wholeFrames)
        }
        if wholeFrames > 0, byteCount - bytes(wholeFrames, bits) <= 1 {
            return Failure(
                .frameNumberMismatch, "The pixel data hold fewer frames than Number of Frames says.",
                wholeFrameCount: wholeFrames)
        }
        return Failure(
            .framesExtractionFailure, "The pixel data are shorter than the frames that the attributes describe.",
            wholeFrameCount: wholeFrames)
    }

    /// The bytes of `count` frames of `bits` bits; `count` frames are known to fit the pixel data, or to be one.
    private static func bytes(_ count: Int, _ bits: Int) -> Int {
        (count * bits + 7) / 8
    }
}
