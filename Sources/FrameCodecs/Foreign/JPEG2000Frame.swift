import DICOM
import HTJ2K

/// JPEG 2000 lossless (PS3.5 A.4.4) as a JPEG_2000_LOSSLESS data store keeps it, coded and decoded by a foreign library.
struct JPEG2000Frame: LosslessFrameCoding {
    let codec: any ForeignCodec

    var transferSyntaxUID: String { TransferSyntax.jpeg2000Lossless.uid }

    /// Whatever came in this syntax is kept, without the boxes of a file.
    func storable(_ frame: [UInt8]) -> [UInt8]? {
        let range = ImageFrameFile.frameRange(in: frame)
        return range.count == frame.count ? frame : Array(frame[range])
    }

    func encode(
        _ native: [UInt8], _ pixel: PixelDescription, _ scan: SampleScan
    ) throws(FrameError) -> [UInt8] {
        let shape = try ForeignFrame.shape(pixel)
        return try codec.encodeJPEG2000(
            native, shape,
            JPEG2000Encoding(
                bitDepth: scan.bitDepth, isSigned: scan.isSigned, transformsColours: pixel.hasTransformableColours,
                decompositionLevels: Self.decompositionLevels(shape)))
    }

    func decodeResolutions(
        _ frame: [UInt8], _ pixel: PixelDescription, minimumSide: Int, _ show: (FrameResolution) -> Void
    ) throws(FrameError) {
        let resolutions = try codec.decodeResolutions(frame, ForeignFrame.shape(pixel), minimumSide: minimumSide)
        for (index, resolution) in resolutions.enumerated() {
            resolution.cells.withUnsafeBytes { cells in
                show(
                    FrameResolution(
                        width: resolution.columns, height: resolution.rows, isFull: index == resolutions.count - 1,
                        cells: cells))
            }
        }
    }

    /// The least number that brings the shorter side to 64 pixels or fewer, as for HTJ2K (spec/50).
    private static func decompositionLevels(_ shape: FrameShape) -> Int {
        var side = min(shape.columns, shape.rows)
        var levels = 0
        while side > 64 {
            side = (side + 1) / 2
            levels += 1
        }
        return levels
    }
}
