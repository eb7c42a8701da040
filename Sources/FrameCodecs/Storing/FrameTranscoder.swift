import DICOM
import Glibc

/// Makes of a frame as imported what is stored of it, verified.
///
/// A value; safe to share between tasks. It holds nothing between frames. Encoding and verifying a frame takes at most
/// about twelve times its decoded size (8-bit cells; half of that for 16-bit ones).
public struct FrameTranscoder: Sendable {
    /// The shorter side from which a reduced resolution's checksum is listed (spec/50 "IFRC").
    public static let minimumChecksumSide = 100

    /// What the samples are.
    public let pixel: PixelDescription
    /// What is stored.
    public let plan: StoragePlan
    /// The transfer syntax that the frames come in.
    public let sourceTransferSyntaxUID: String
    private let foreign: (any ForeignCodec)?

    /// Frames that `pixel` describes, from `sourceTransferSyntaxUID`, stored by `plan`; `foreign` does what we do not.
    public init(
        pixel: PixelDescription, plan: StoragePlan, sourceTransferSyntaxUID: String,
        foreign: (any ForeignCodec)? = nil
    ) {
        self.pixel = pixel
        self.plan = plan
        self.sourceTransferSyntaxUID = sourceTransferSyntaxUID
        self.foreign = foreign
    }

    /// What is stored of one frame.
    ///
    /// `source` is the frame as ``FrameLayout/frame(_:of:)`` gives it: its compressed stream, or its native cells,
    /// little endian, in the Planar Configuration they came in.
    ///
    /// Transcoded frames are decoded again and compared byte by byte with the source; kept frames of a syntax that we
    /// decode are decoded as well. Any failure means: keep the instance's pixel data as a blob, with warning 45312.
    public func encode(_ source: [UInt8]) throws(FrameError) -> EncodedFrame {
        switch plan {
        case .keepFrames(let uid):
            return .kept(source, uid, pixel)
        case .keepNative(let uid):
            return .kept(try native(source), uid, pixel)
        case .transcode(let uid):
            let coding = try coding(uid)
            if sourceTransferSyntaxUID == uid, let codestream = coding.storable(source) {
                return try examine(codestream, nil, coding)
            }
            let samples = try native(source)
            let scan = SampleScan(samples, pixel)
            return try examine(coding.encode(samples, pixel, scan), (samples, scan), coding)
        case .noPixels, .keepVideo, .blob:
            throw FrameError(.unsupportedEncoding, "this plan keeps no single frames")
        }
    }

    /// The samples of one frame in the form that clients get: native cells, little endian, colour by pixel.
    func native(_ source: [UInt8]) throws(FrameError) -> [UInt8] {
        guard StoragePlan.isNative(sourceTransferSyntaxUID) else {
            return try FrameDecoder.decode(
                source, storedTransferSyntaxUID: sourceTransferSyntaxUID, pixel: pixel, foreign: foreign)
        }
        return NativeFrame.interleaved(try NativeFrame.decode(source, pixel), pixel)
    }

    /// How frames are written in a transfer syntax.
    private func coding(_ uid: String) throws(FrameError) -> any LosslessFrameCoding {
        if uid == HTJ2KFrame.encodedTransferSyntaxUID { return HTJ2KFrame() }
        guard uid == TransferSyntax.jpeg2000Lossless.uid, let foreign else {
            throw FrameError(.unsupportedEncoding, transferSyntaxUID: uid, "no encoder for the stored syntax")
        }
        return JPEG2000Frame(codec: foreign)
    }

    /// Decodes every resolution of a codestream that is about to be stored. Its samples have to be `original`, where
    /// that is known.
    func examine(
        _ codestream: [UInt8], _ original: (samples: [UInt8], scan: SampleScan)?,
        _ coding: any LosslessFrameCoding = HTJ2KFrame()
    ) throws(FrameError) -> EncodedFrame {
        var checksums: [ResolutionChecksum] = []
        var scan = original?.scan
        var isVerified = false
        try coding.decodeResolutions(codestream, pixel, minimumSide: Self.minimumChecksumSide) { resolution in
            checksums.append(
                ResolutionChecksum(
                    width: resolution.width, height: resolution.height, crc32: Checksum.crc32(resolution.cells)))
            guard resolution.isFull else { return }
            // What is equal byte for byte has the checksum of the source (spec/50 "IFRC").
            isVerified = original.map { Self.areEqual(resolution.cells, $0.samples) } ?? true
            if scan == nil { scan = SampleScan(resolution.cells, pixel) }
        }
        guard isVerified, let scan, let full = checksums.last, (full.width, full.height) == (pixel.columns, pixel.rows)
        else {
            throw FrameError(
                .verificationFailed, transferSyntaxUID: coding.transferSyntaxUID,
                "the frame written does not decode to the frame read")
        }
        return EncodedFrame(
            bytes: codestream, transferSyntaxUID: coding.transferSyntaxUID, checksums: checksums,
            minimum: scan.minimum, maximum: scan.maximum, frameSizeInBytes: pixel.frameByteCount)
    }

    private static func areEqual(_ cells: UnsafeRawBufferPointer, _ others: [UInt8]) -> Bool {
        others.withUnsafeBytes { others in
            guard cells.count == others.count else { return false }
            guard let first = cells.baseAddress, let second = others.baseAddress else { return true }
            return memcmp(first, second, cells.count) == 0
        }
    }
}
