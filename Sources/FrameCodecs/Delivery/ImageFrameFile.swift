import DICOM
import HTJ2K

/// The file form of a stored frame, which `GetImageFrame` gives: codestreams that data stores write stand in the boxes of
/// a JPH or JP2 file, all else is as it is.
public enum ImageFrameFile {
    /// Whether frames of a stored transfer syntax have boxes around their codestream.
    public static func hasBoxes(_ transferSyntaxUID: String) -> Bool {
        brand(transferSyntaxUID) != nil
    }

    /// `frame` as a file. `frame` is a bare codestream where `transferSyntaxUID` is that of one.
    public static func wrap(_ frame: [UInt8], transferSyntaxUID: String, pixel: PixelDescription) -> [UInt8] {
        guard let brand = brand(transferSyntaxUID), let image = ImageDescription(codestream: frame) else {
            return frame
        }
        return JPHFile.wrap(frame, image: image, brand: brand)
    }

    private static func brand(_ transferSyntaxUID: String) -> JPHFile.Brand? {
        switch transferSyntaxUID {
        case TransferSyntax.htj2kLosslessRPCL.uid: .jph
        case TransferSyntax.jpeg2000Lossless.uid: .jp2
        default: nil
        }
    }

    /// The bytes of `file` that are the frame itself: the bare codestream of a JPH or JP2 file, else all.
    public static func frameRange(in file: [UInt8]) -> Range<Int> {
        file.withUnsafeBytes(frameRange)
    }

    /// The bytes of `file` that are the frame itself: the bare codestream of a JPH or JP2 file, else all.
    public static func frameRange(in file: UnsafeRawBufferPointer) -> Range<Int> {
        (try? JPHFile.codestreamRange(in: file)) ?? 0..<file.count
    }
}

extension ImageDescription {
    /// What the image and tile size marker segment (T.800 A.5.1) of a bare codestream says; nil when it is none.
    fileprivate init?(codestream: [UInt8]) {
        guard codestream.count >= 43, codestream.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) else { return nil }
        func number(_ place: Int) -> Int {
            codestream[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let (width, height) = (number(8) - number(16), number(12) - number(20))
        guard width > 0, height > 0 else { return nil }
        self.init(
            width: width, height: height, components: Int(codestream[40]) << 8 | Int(codestream[41]),
            bitDepth: Int(codestream[42] & 0x7F) + 1, isSigned: codestream[42] & 0x80 != 0)
    }
}
