import DICOM

/// What frames are called on the wire and in file systems, by the transfer syntax in which they are stored.
public enum ImageFrameMediaType {
    /// Content-Type of `GetImageFrame` (spec/10); nil stands for an absent stored transfer syntax, which is the data
    /// store's own.
    ///
    /// 4.202 and 4.90 are files (JPH, JP2). `video/H256` is the service's own spelling, which clients compare with.
    public static func contentType(
        storedTransferSyntaxUID: String?, format: StoragePlan.LosslessFormat = .htj2k
    ) -> String {
        switch kind(storedTransferSyntaxUID ?? format.transferSyntaxUID) {
        case .jpeg(isBaseline: true): "image/jpeg"
        case .jpeg2000(isLossless: true): "image/jp2"
        case .jpeg2000(isLossless: false): "image/j2c"
        case .mpeg2: "video/mpeg"
        case .h264: "video/mp4"
        case .hevc: "video/H256"
        case .htj2k(isRPCL: true, _): "image/jph"
        case .htj2k(_, isLossless: false): "image/jphc"
        case .jpegXL(isGeneral: true): "image/jxl"
        default: octets
        }
    }

    /// Media type of a frame part of DICOMweb, which is a bare codestream (PS3.18 table 8.7.3-5); native cells and
    /// whatever has no type of its own are octets.
    public static func dicomwebMediaType(_ transferSyntaxUID: String) -> String {
        switch kind(transferSyntaxUID) {
        case .native, .other: octets
        case .rle: "image/dicom-rle"
        case .jpeg: "image/jpeg"
        case .jpegLS: "image/jls"
        case .jpeg2000: "image/jp2"
        case .jpeg2000Part2: "image/jpx"
        case .htj2k: "image/jphc"
        case .jpegXL: "image/jxl"
        case .mpeg2: "video/mpeg"
        case .h264: "video/mp4"
        case .hevc: "video/H265"
        }
    }

    private static let octets = "application/octet-stream"

    private enum Kind {
        case native, rle, jpegLS, jpeg2000Part2, mpeg2, h264, hevc, other
        case jpeg(isBaseline: Bool)
        case jpeg2000(isLossless: Bool)
        case htj2k(isRPCL: Bool, isLossless: Bool)
        case jpegXL(isGeneral: Bool)
    }

    private static func kind(_ uid: String) -> Kind {
        guard let syntax = TransferSyntax.known(uid) else { return .other }
        switch syntax.family {
        case .native: return .native
        case .rle: return .rle
        case .jpeg: return .jpeg(isBaseline: syntax == .jpegBaseline)
        case .jpegLS: return .jpegLS
        case .jpeg2000:
            if syntax == .jpeg2000Part2 || syntax == .jpeg2000Part2Lossless { return .jpeg2000Part2 }
            return .jpeg2000(isLossless: syntax == .jpeg2000Lossless)
        case .htj2k: return .htj2k(isRPCL: syntax == .htj2kLosslessRPCL, isLossless: syntax != .htj2k)
        case .jpegXL: return .jpegXL(isGeneral: syntax == .jpegXL)
        case .mpeg2: return .mpeg2
        case .h264: return .h264
        case .hevc: return .hevc
        case .encapsulatedUncompressed, .deflatedFrame, .referenced, .other: return .other
        }
    }
}
