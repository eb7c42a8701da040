/// A lossless coding that data stores keep frames in: how one is written, and how what was written is looked at.
protocol LosslessFrameCoding: Sendable {
    /// The transfer syntax of what is written.
    var transferSyntaxUID: String { get }

    /// The bare codestream to be stored of a frame that came in this syntax; nil when it has to be written anew.
    func storable(_ frame: [UInt8]) -> [UInt8]?

    /// The frame losslessly coded: a bare codestream.
    func encode(_ native: [UInt8], _ pixel: PixelDescription, _ scan: SampleScan) throws(FrameError) -> [UInt8]

    /// Decodes a codestream and shows its resolutions, smallest first; those whose shorter side is under `minimumSide`
    /// may be left out, the full one never.
    func decodeResolutions(
        _ frame: [UInt8], _ pixel: PixelDescription, minimumSide: Int, _ show: (FrameResolution) -> Void
    ) throws(FrameError)
}

/// One resolution of a frame, its cells as wide as those of the frame; valid while it is shown.
struct FrameResolution {
    let width: Int
    let height: Int
    let isFull: Bool
    let cells: UnsafeRawBufferPointer
}
