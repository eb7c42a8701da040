import DICOM
import HTJ2K

/// High-Throughput JPEG 2000 (PS3.5 A.4.4, ISO/IEC 15444-15): decoded, and encoded for storage.
///
/// Pixel cells and the codec's samples may differ in width: 8 stored bits in cells of 16 are bytes to the codec. A cell
/// is the sample extended, by its sign where the codestream is signed.
struct HTJ2KFrame: FrameDecoding, LosslessFrameCoding {
    static var transferSyntaxUIDs: [String] {
        [TransferSyntax.htj2kLossless, .htj2kLosslessRPCL, .htj2k].map(\.uid)
    }

    /// The transfer syntax of what ``encode(_:_:_:)`` writes.
    static let encodedTransferSyntaxUID = TransferSyntax.htj2kLosslessRPCL.uid

    var transferSyntaxUID: String { Self.encodedTransferSyntaxUID }

    static func decode(_ frame: [UInt8], _ pixel: PixelDescription) throws(FrameError) -> [UInt8] {
        let codestream = try codestream(frame, pixel)
        do {
            let samples = try codestream.decode()
            guard pixel.bitsAllocated > 1 else { return CellWidth.packedBits(samples) }
            return CellWidth.widen(
                samples, from: codestream.image.bytesPerSample, to: pixel.bytesPerSample,
                isSigned: codestream.image.isSigned)
        } catch {
            throw corrupt(error)
        }
    }

    /// Decodes a frame once and shows its resolutions.
    func decodeResolutions(
        _ frame: [UInt8], _ pixel: PixelDescription, minimumSide: Int, _ show: (FrameResolution) -> Void
    ) throws(FrameError) {
        let codestream = try Self.codestream(frame, pixel)
        do {
            try codestream.decodeResolutions { reducedBy, width, height, samples in
                guard reducedBy == 0 || min(width, height) >= minimumSide else { return }
                Self.withCells(samples, codestream.image, pixel) { cells in
                    show(FrameResolution(width: width, height: height, isFull: reducedBy == 0, cells: cells))
                }
            }
        } catch {
            throw Self.corrupt(error)
        }
    }

    /// Gives the samples as cells, as wide as those of the frame, for as long as `body` runs.
    private static func withCells(
        _ samples: UnsafeRawBufferPointer, _ image: ImageDescription, _ pixel: PixelDescription,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        guard image.bytesPerSample < pixel.bytesPerSample else { return body(samples) }
        CellWidth.widen(
            Array(samples), from: image.bytesPerSample, to: pixel.bytesPerSample, isSigned: image.isSigned
        ).withUnsafeBytes(body)
    }

    /// The frame losslessly coded: bare codestream, progression RPCL, as spec/50 "HTJ2K codestreams we write" says.
    func encode(
        _ native: [UInt8], _ pixel: PixelDescription, _ scan: SampleScan
    ) throws(FrameError) -> [UInt8] {
        let image = ImageDescription(
            width: pixel.columns, height: pixel.rows, components: pixel.samplesPerPixel, bitDepth: scan.bitDepth,
            isSigned: scan.isSigned)
        let samples = CellWidth.narrow(native, from: pixel.bytesPerSample, to: image.bytesPerSample)
        var options = EncoderOptions()
        options.usesColourTransform = pixel.hasTransformableColours
        do {
            return try samples.withUnsafeBytes { bytes throws(CodestreamError) in
                try HTJ2K.encode(bytes, image, options: options)
            }
        } catch {
            throw FrameError(
                .unsupportedEncoding, transferSyntaxUID: transferSyntaxUID, "the frame cannot be encoded",
                cause: error)
        }
    }

    /// A frame that came in 4.202 stays as it is when it is a bare codestream in progression RPCL that is lossless.
    func storable(_ frame: [UInt8]) -> [UInt8]? {
        guard frame.starts(with: [0xFF, 0x4F]), let codestream = try? Codestream(frame),
            codestream.progression == .rpcl, codestream.isReversible
        else { return nil }
        return frame
    }

    /// The headers of a frame, once they say what `pixel` says. Nothing is allocated for samples before.
    private static func codestream(_ frame: [UInt8], _ pixel: PixelDescription) throws(FrameError) -> Codestream {
        let codestream: Codestream
        do {
            codestream = try Codestream(
                frame,
                limits: DecoderLimits(maximumSampleCount: pixel.rows * pixel.columns * pixel.samplesPerPixel))
        } catch {
            throw corrupt(error)
        }
        let image = codestream.image
        guard image.width == pixel.columns, image.height == pixel.rows, image.components == pixel.samplesPerPixel,
            image.bitDepth <= pixel.bitsAllocated, pixel.isCodable || pixel.bitsAllocated == 1
        else {
            throw FrameError(
                .descriptionMismatch, transferSyntaxUID: encodedTransferSyntaxUID,
                "the codestream is not of the size and depth that the attributes say")
        }
        return codestream
    }

    private static func corrupt(_ error: any Error) -> FrameError {
        FrameError(
            .corruptFrame, transferSyntaxUID: encodedTransferSyntaxUID, "the codestream cannot be decoded",
            cause: error)
    }
}
