import DICOM
import HTJ2K

/// The file form of a stored frame, which `GetImageFrame` gives: codestreams stand in the boxes of a JPH file, all else
/// as it is.
public enum ImageFrameFile {
    /// `frame` as a file. `frame` is a bare codestream where `transferSyntaxUID` is that of one.
    public static func wrap(_ frame: [UInt8], transferSyntaxUID: String, pixel: PixelDescription) -> [UInt8] {
        guard transferSyntaxUID == TransferSyntax.htj2kLosslessRPCL.uid,
            let image = try? Codestream(frame).image
        else { return frame }
        return JPHFile.wrap(frame, image: image)
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
