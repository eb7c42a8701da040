import DICOM

/// How the compressed images of a transfer syntax begin and end, as far as their first and last bytes tell.
enum StartOfImage: Sendable, Equatable {
    /// SOI and EOI of JPEG and JPEG-LS (T.81 B.1.1.3).
    case jpeg
    /// SOC and SIZ, and EOC, of JPEG 2000 and HTJ2K (T.800 A.4); or the signature box of a JP2 file.
    case jpeg2000
    /// The marker of a bare JPEG XL codestream, or the signature box of its container.
    case jpegXL
    /// The header of an RLE frame (PS3.5 G.5): 1 to 15 segments, the first at byte 64.
    case rle
    /// Nothing is known.
    case unknown

    init(transferSyntaxUID: String) {
        switch TransferSyntax.known(transferSyntaxUID)?.family {
        case .jpeg?, .jpegLS?: self = .jpeg
        case .jpeg2000?, .htj2k?: self = .jpeg2000
        case .jpegXL?: self = .jpegXL
        case .rle?: self = .rle
        default: self = .unknown
        }
    }

    /// The bytes that ``begins(_:)`` looks at.
    static let prefixLength = 12

    /// Whether `bytes` are the beginning of an image.
    func begins(_ bytes: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .jpeg: bytes.starts(with: [0xFF, 0xD8, 0xFF])
        case .jpeg2000:
            bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51])
                || bytes.starts(with: [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A])
        case .jpegXL:
            bytes.starts(with: [0xFF, 0x0A])
                || bytes.starts(with: [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A])
        case .rle:
            bytes.count >= 8 && (1...15).contains(bytes[bytes.startIndex])
                && bytes.dropFirst().starts(with: [0, 0, 0, 64, 0, 0, 0])
        case .unknown: false
        }
    }

    /// Whether images of this kind show their end: EOI or EOC, FFD9, before padding.
    var showsItsEnd: Bool {
        self == .jpeg || self == .jpeg2000
    }

    /// Whether `bytes` are the end of an image, padding after it allowed. Only asked where ``showsItsEnd`` holds.
    func ends(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let last = bytes.lastIndex(where: { $0 != 0 }), last > bytes.startIndex else { return false }
        return bytes[last] == 0xD9 && bytes[last - 1] == 0xFF
    }
}
