import DICOM
import HTJ2K

/// High-Throughput JPEG 2000 (PS3.5 A.4.4, ISO/IEC 15444-15): decoded, and encoded for storage.
///
/// Pixel cells and the codec's samples may differ in width: 8 stored bits in cells of 16 are bytes to the codec. A cell
/// is the sample extended, by its sign where the codestream is signed.
enum HTJ2KFrame: FrameDecoding {
    static var transferSyntaxUIDs: [String] {
        [TransferSyntax.htj2kLossless, .htj2kLosslessRPCL, .htj2k].map(\.uid)
    }

    /// The transfer syntax of what ``encode(_:_:_:)`` writes.
    static let encodedTransferSyntaxUID = TransferSyntax.htj2kLosslessRPCL.uid

    static func decode(_ frame: [UInt8], _ pixel: PixelDescription) throws(FrameError) -> [UInt8] {
        let codestream = try codestream(frame, pixel)
        do {
            return CellWidth.widen(
                try codestream.decode(), from: codestream.image.bytesPerSample, to: pixel.bytesPerSample,
                isSigned: codestream.image.isSigned)
        } catch {
            throw corrupt(error)
        }
    }

    /// One resolution of a frame that is being decoded.
    struct Resolution {
        let width: Int
        let height: Int
        let isFull: Bool
        fileprivate let samples: UnsafeRawBufferPointer
        fileprivate let image: ImageDescription
        fileprivate let bytesPerCell: Int

        /// Gives the cells, as wide as those of the frame, for as long as `body` runs.
        func withCells<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            guard image.bytesPerSample < bytesPerCell else { return body(samples) }
            return CellWidth.widen(
                Array(samples), from: image.bytesPerSample, to: bytesPerCell, isSigned: image.isSigned
            ).withUnsafeBytes(body)
        }
    }

    /// Decodes a frame once and shows all its resolutions, smallest first.
    static func decodeResolutions(
        _ frame: [UInt8], _ pixel: PixelDescription, _ show: (Resolution) -> Void
    ) throws(FrameError) {
        let codestream = try codestream(frame, pixel)
        do {
            try codestream.decodeResolutions { reducedBy, width, height, samples in
                show(
                    Resolution(
                        width: width, height: height, isFull: reducedBy == 0, samples: samples,
                        image: codestream.image, bytesPerCell: pixel.bytesPerSample))
            }
        } catch {
            throw corrupt(error)
        }
    }

    /// The frame losslessly coded: bare codestream, progression RPCL, as spec/50 "HTJ2K codestreams we write" says.
    static func encode(
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
                .unsupportedEncoding, transferSyntaxUID: encodedTransferSyntaxUID, "the frame cannot be encoded",
                cause: error)
        }
    }

    /// Whether a frame that came in 4.202 may stay as it is: a bare codestream in progression RPCL that is lossless.
    static func isStorable(_ frame: [UInt8]) -> Bool {
        guard frame.starts(with: [0xFF, 0x4F]), let codestream = try? Codestream(frame) else { return false }
        return codestream.progression == .rpcl && codestream.isReversible
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
            image.bitDepth <= pixel.bitsAllocated, pixel.isCodable
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
