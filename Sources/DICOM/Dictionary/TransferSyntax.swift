/// A transfer syntax of PS3.6 table A-1: how a data set and its pixel data are encoded (PS3.5 section 10 and annex A).
public struct TransferSyntax: Sendable, Hashable {
    /// What pixel data are coded as.
    public enum Family: Sendable {
        /// Native pixel cells.
        case native
        /// Native pixel cells, one frame a fragment (PS3.5 A.4.11).
        case encapsulatedUncompressed
        /// Every frame deflated by itself (PS3.5 A.4.13).
        case deflatedFrame
        case rle, jpeg, jpegLS, jpeg2000, htj2k, jpegXL, mpeg2, h264, hevc
        /// Pixel data elsewhere, by reference (JPIP).
        case referenced
        /// Real-time video and retired oddities that no file holds.
        case other
    }

    /// The UID.
    public let uid: String
    /// The name as PS3.6 prints it.
    public let name: String
    /// What pixel data are coded as.
    public let family: Family
    /// Whether the VR is left out of the data elements.
    public let isImplicit: Bool
    /// Whether numbers are big endian.
    public let isBigEndian: Bool
    /// Whether the data set after the file meta information is one deflate stream (PS3.5 A.5).
    public let isDeflated: Bool
    /// Whether PS3.6 has withdrawn it.
    public let isRetired: Bool

    /// Whether pixel data stand as a sequence of fragments (PS3.5 A.4).
    public var isEncapsulated: Bool {
        switch family {
        case .native, .referenced, .other: false
        default: true
        }
    }

    /// Whether pixel data are moving pictures, in one stream for all frames.
    public var isVideo: Bool {
        switch family {
        case .mpeg2, .h264, .hevc: true
        default: false
        }
    }

    /// The transfer syntax of `uid`; nil for private and unknown ones.
    public static func known(_ uid: String) -> TransferSyntax? {
        guard let entry = UIDDictionary.entry(for: uid), entry.kind == .transferSyntax else { return nil }
        return TransferSyntax(entry)
    }

    /// All transfer syntaxes of PS3.6, retired ones included, by UID.
    public static var all: [TransferSyntax] {
        UIDDictionary.all.filter { $0.kind == .transferSyntax }.map(TransferSyntax.init).sorted { $0.uid < $1.uid }
    }

    private init(_ entry: UIDDictionary.Entry) {
        uid = entry.uid
        name = entry.name
        isRetired = entry.isRetired
        family = TransferSyntax.family(entry.uid)
        switch entry.keyword {
        case "ImplicitVRLittleEndian", "Papyrus3ImplicitVRLittleEndian":
            (isImplicit, isBigEndian, isDeflated) = (true, false, false)
        case "ExplicitVRBigEndian":
            (isImplicit, isBigEndian, isDeflated) = (false, true, false)
        case "DeflatedExplicitVRLittleEndian", "JPIPReferencedDeflate", "JPIPHTJ2KReferencedDeflate":
            (isImplicit, isBigEndian, isDeflated) = (false, false, true)
        default:
            (isImplicit, isBigEndian, isDeflated) = (false, false, false)
        }
    }

    /// The syntax of a UID that the generated table is known to have.
    private static func registered(_ uid: String) -> TransferSyntax {
        guard let syntax = known(uid) else { preconditionFailure("\(uid) is not in the generated table") }
        return syntax
    }

    private static func family(_ uid: String) -> Family {
        let arc = uid.dropFirst("1.2.840.10008.1.2.".count)
        switch arc {
        case "1.98": return .encapsulatedUncompressed
        case "", "1", "1.99", "2", "0": return .native
        case "5": return .rle
        case "8.1": return .deflatedFrame
        default: break
        }
        guard arc.hasPrefix("4."), let number = Int(arc.dropFirst(2).prefix { $0 != "." }) else {
            // Papyrus 3 and whatever else stands outside the arc.
            return uid == "1.2.840.10008.1.20" ? .native : .other
        }
        switch number {
        case 50...79: return .jpeg
        case 80, 81: return .jpegLS
        case 90...93: return .jpeg2000
        case 94, 95, 204, 205: return .referenced
        case 100, 101: return .mpeg2
        case 102...106: return .h264
        case 107, 108: return .hevc
        case 110...112: return .jpegXL
        case 201...203: return .htj2k
        default: return .other
        }
    }
}

extension TransferSyntax {
    /// Implicit VR Little Endian, the default of DICOM (PS3.5 A.1).
    public static let implicitVRLittleEndian = registered("1.2.840.10008.1.2")
    /// Explicit VR Little Endian (PS3.5 A.2).
    public static let explicitVRLittleEndian = registered("1.2.840.10008.1.2.1")
    /// Encapsulated Uncompressed Explicit VR Little Endian (PS3.5 A.4.11).
    public static let encapsulatedUncompressed = registered("1.2.840.10008.1.2.1.98")
    /// Deflated Explicit VR Little Endian (PS3.5 A.5).
    public static let deflatedExplicitVRLittleEndian = registered("1.2.840.10008.1.2.1.99")
    /// Explicit VR Big Endian, retired (PS3.5 A.3).
    public static let explicitVRBigEndian = registered("1.2.840.10008.1.2.2")
    /// RLE Lossless (PS3.5 A.4.2).
    public static let rleLossless = registered("1.2.840.10008.1.2.5")
    /// JPEG Baseline, process 1.
    public static let jpegBaseline = registered("1.2.840.10008.1.2.4.50")
    /// JPEG Extended, processes 2 and 4.
    public static let jpegExtended = registered("1.2.840.10008.1.2.4.51")
    /// JPEG Lossless, process 14.
    public static let jpegLossless = registered("1.2.840.10008.1.2.4.57")
    /// JPEG Lossless, process 14, selection value 1.
    public static let jpegLosslessSV1 = registered("1.2.840.10008.1.2.4.70")
    /// JPEG-LS Lossless.
    public static let jpegLSLossless = registered("1.2.840.10008.1.2.4.80")
    /// JPEG-LS Near-Lossless.
    public static let jpegLSNearLossless = registered("1.2.840.10008.1.2.4.81")
    /// JPEG 2000, lossless only.
    public static let jpeg2000Lossless = registered("1.2.840.10008.1.2.4.90")
    /// JPEG 2000.
    public static let jpeg2000 = registered("1.2.840.10008.1.2.4.91")
    /// JPEG 2000 part 2, lossless only.
    public static let jpeg2000Part2Lossless = registered("1.2.840.10008.1.2.4.92")
    /// JPEG 2000 part 2.
    public static let jpeg2000Part2 = registered("1.2.840.10008.1.2.4.93")
    /// JPIP Referenced.
    public static let jpipReferenced = registered("1.2.840.10008.1.2.4.94")
    /// JPIP Referenced Deflate.
    public static let jpipReferencedDeflate = registered("1.2.840.10008.1.2.4.95")
    /// JPEG XL, lossless.
    public static let jpegXLLossless = registered("1.2.840.10008.1.2.4.110")
    /// JPEG XL, recompressed JPEG.
    public static let jpegXLRecompression = registered("1.2.840.10008.1.2.4.111")
    /// JPEG XL.
    public static let jpegXL = registered("1.2.840.10008.1.2.4.112")
    /// High-Throughput JPEG 2000, lossless only.
    public static let htj2kLossless = registered("1.2.840.10008.1.2.4.201")
    /// High-Throughput JPEG 2000, lossless only, progression RPCL.
    public static let htj2kLosslessRPCL = registered("1.2.840.10008.1.2.4.202")
    /// High-Throughput JPEG 2000.
    public static let htj2k = registered("1.2.840.10008.1.2.4.203")
    /// JPIP HTJ2K Referenced Deflate.
    public static let jpipHTJ2KReferencedDeflate = registered("1.2.840.10008.1.2.4.205")
    /// Deflated Image Frame Compression (PS3.5 A.4.13).
    public static let deflatedImageFrame = registered("1.2.840.10008.1.2.8.1")
}
