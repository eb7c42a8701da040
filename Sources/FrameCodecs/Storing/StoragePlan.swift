import DICOM

/// What a data store keeps of an instance's pixel data (spec/50, first table).
public enum StoragePlan: Sendable, Equatable {
    /// No pixel data: no frames, stored transfer syntax Explicit VR Little Endian.
    case noPixels
    /// Frames are decoded and encoded anew in the transfer syntax `to`; ones that already are as we would write them
    /// stay.
    case transcode(to: String)
    /// Frames are kept byte for byte in the transfer syntax they came in.
    case keepFrames(String)
    /// Frames are kept as native cells, little endian, colour by pixel, under Explicit VR Little Endian.
    case keepNative(String)
    /// The fragments are joined to one video object.
    case keepVideo(String)
    /// The pixel data is kept whole, as it came.
    case blob(FrameWarning.Code)

    /// LosslessStorageFormat of a data store.
    public enum LosslessFormat: Sendable {
        /// High-Throughput JPEG 2000, progression RPCL (1.2.840.10008.1.2.4.202).
        case htj2k
        /// JPEG 2000 (1.2.840.10008.1.2.4.90).
        case jpeg2000

        /// The transfer syntax of what is stored.
        public var transferSyntaxUID: String {
            switch self {
            case .htj2k: TransferSyntax.htj2kLosslessRPCL.uid
            case .jpeg2000: TransferSyntax.jpeg2000Lossless.uid
            }
        }
    }

    /// The plan for pixel data that came in `transferSyntaxUID`.
    ///
    /// Where the table says "decoded" and there is no decoder (``FrameDecoder/decodes(_:foreign:)``), the plan is a blob
    /// with warning 45312. These native cells stay native, as no image codec holds them exactly: 1 bit, floating point,
    /// 64 bits, and YBR_FULL_422, whose chroma samples would have to be doubled.
    public static func `for`(
        transferSyntaxUID: String, pixel: PixelDescription, format: LosslessFormat = .htj2k,
        foreign: (any ForeignCodec)? = nil
    ) -> StoragePlan {
        let decodes = FrameDecoder.decodes(transferSyntaxUID, foreign: foreign)
        // The data store's own syntax: what decodes is checked by decoding, and written anew where it has to be.
        if transferSyntaxUID == format.transferSyntaxUID {
            return decodes && pixel.isCodable ? .transcode(to: transferSyntaxUID) : .keepFrames(transferSyntaxUID)
        }
        switch treatment(of: transferSyntaxUID) {
        case .decode?:
            guard decodes else { return .blob(.transcodingException) }
            return pixel.isCodable
                ? .transcode(to: format.transferSyntaxUID) : .keepNative(TransferSyntax.explicitVRLittleEndian.uid)
        case .keep?: return .keepFrames(transferSyntaxUID)
        case .video?: return .keepVideo(transferSyntaxUID)
        case nil: return .blob(.unsupportedTransferSyntax)
        }
    }

    /// Whether pixel data of a transfer syntax are more than bytes to be kept.
    static func isSupported(_ transferSyntaxUID: String) -> Bool {
        treatment(of: transferSyntaxUID) != nil
    }

    private enum Treatment {
        case decode, keep, video
    }

    /// The rows of spec/50's table; nil: "anything else".
    private static func treatment(of uid: String) -> Treatment? {
        guard let syntax = TransferSyntax.known(uid) else { return nil }
        switch syntax.family {
        case .native: return .decode
        case .rle, .jpegLS: return .decode
        case .jpeg2000: return syntax == .jpeg2000 ? .keep : .decode
        case .htj2k: return syntax == .htj2k ? .keep : .decode
        case .jpegXL: return .keep
        case .mpeg2, .h264, .hevc: return .video
        case .jpeg:
            if syntax == .jpegBaseline { return .keep }
            return [.jpegExtended, .jpegLossless, .jpegLosslessSV1].contains(syntax) ? .decode : nil
        case .encapsulatedUncompressed, .deflatedFrame, .referenced, .other: return nil
        }
    }

    /// The transfer syntax of what is stored, for pixel data that came in `transferSyntaxUID`.
    ///
    /// A blob of native pixel data is stored little endian (``PixelDataBytes``), whatever it came in.
    public func storedTransferSyntaxUID(from transferSyntaxUID: String) -> String {
        switch self {
        case .noPixels: TransferSyntax.explicitVRLittleEndian.uid
        case .transcode(let uid), .keepFrames(let uid), .keepNative(let uid), .keepVideo(let uid): uid
        case .blob:
            StoragePlan.isNative(transferSyntaxUID) ? TransferSyntax.explicitVRLittleEndian.uid : transferSyntaxUID
        }
    }

    /// Whether pixel data of this syntax are native cells.
    static func isNative(_ uid: String) -> Bool {
        TransferSyntax.known(uid)?.family == .native
    }
}

extension PixelDescription {
    /// Whether HTJ2K and JPEG 2000 hold the cells exactly.
    var isCodable: Bool {
        (8...32).contains(bitsAllocated) && sampleType != .floatingPoint && !isChromaSubsampled
    }
}
