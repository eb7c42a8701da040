import DICOM

/// Frames of the syntaxes that a ``ForeignCodec`` decodes, as DICOM holds them.
enum ForeignFrame {
    /// The samples of one frame: native cells, little endian, colour by pixel, `pixel.frameByteCount` bytes.
    ///
    /// Samples go out as they are coded: a stream's own reversible or irreversible transform of JPEG 2000 is undone,
    /// nothing else is, so YBR stays YBR (spec/50 "Frames").
    static func decode(
        _ frame: [UInt8], _ scheme: ForeignScheme, _ pixel: PixelDescription, _ codec: any ForeignCodec
    ) throws(FrameError) -> [UInt8] {
        let shape = try shape(pixel)
        let cells = try codec.decode(frame, scheme, shape)
        guard cells.count == shape.byteCount else {
            throw FrameError(.descriptionMismatch, "the decoded frame has another size than the attributes say")
        }
        return pixel.bitsAllocated == 1 ? CellWidth.packedBits(cells) : cells
    }

    /// What a decoder has to make of a frame. Cells of 1 bit come in bytes of their own.
    static func shape(_ pixel: PixelDescription) throws(FrameError) -> FrameShape {
        guard [1, 8, 16, 32].contains(pixel.bitsAllocated), pixel.sampleType != .floatingPoint else {
            throw FrameError(.descriptionMismatch, "cells that no compressed frame holds")
        }
        return FrameShape(
            columns: pixel.columns, rows: pixel.rows, samplesPerPixel: pixel.samplesPerPixel,
            bytesPerCell: max(pixel.bytesPerSample, 1), isSigned: pixel.isSigned)
    }
}
