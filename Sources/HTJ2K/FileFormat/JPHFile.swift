/// The JPH file format (T.814 Annex D) and JP2 (T.800 Annex I), which differ in their brand: the boxes around a
/// codestream.
public enum JPHFile {
    /// What a file says it holds.
    public enum Brand: String, Sendable {
        /// High-throughput codestreams.
        case jph = "jph "
        /// Codestreams of JPEG 2000 Part 1.
        case jp2 = "jp2 "
    }

    private static let signature: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]

    /// A file of signature, file type, image header and colour boxes, and the codestream.
    public static func wrap(_ codestream: [UInt8], image: ImageDescription, brand: Brand = .jph) -> [UInt8] {
        header(image: image, codestreamByteCount: codestream.count, brand: brand) + codestream
    }

    /// All bytes of such a file before a codestream of `codestreamByteCount` bytes, so that both can be sent one by one.
    ///
    /// The colour space is greyscale for one or two components and sRGB for three or more, which is how a viewer shows
    /// samples whose meaning the file cannot state.
    public static func header(
        image: ImageDescription, codestreamByteCount: Int, brand: Brand = .jph
    ) -> [UInt8] {
        var bytes = signature
        append(box: "ftyp", Array("\(brand.rawValue)\0\0\0\0\(brand.rawValue)".utf8), to: &bytes)
        var imageHeader: [UInt8] = []
        append(UInt32(clamping: image.height), to: &imageHeader)
        append(UInt32(clamping: image.width), to: &imageHeader)
        imageHeader += [
            UInt8(truncatingIfNeeded: image.components >> 8), UInt8(truncatingIfNeeded: image.components),
        ]
        // Depth and sign, compression type 7, colour space known, no rights.
        imageHeader += [
            UInt8(truncatingIfNeeded: image.bitDepth &- 1) | (image.isSigned ? 0x80 : 0), 7, 0, 0,
        ]
        var boxes: [UInt8] = []
        append(box: "ihdr", imageHeader, to: &boxes)
        append(box: "colr", [1, 0, 0, 0, 0, 0, image.components < 3 ? 17 : 16], to: &boxes)
        append(box: "jp2h", boxes, to: &bytes)
        let length = codestreamByteCount + 8
        if let short = UInt32(exactly: length) {
            append(short, to: &bytes)
            bytes += Array("jp2c".utf8)
        } else {
            append(1, to: &bytes)
            bytes += Array("jp2c".utf8)
            append(UInt32(truncatingIfNeeded: (length + 8) >> 32), to: &bytes)
            append(UInt32(truncatingIfNeeded: length + 8), to: &bytes)
        }
        return bytes
    }

    /// Where the codestream lies in `bytes`: all of them when they open with SOC, else the first `jp2c` box, which may be
    /// cut.
    public static func codestreamRange(in bytes: UnsafeRawBufferPointer) throws(CodestreamError)
        -> Range<Int>
    {
        if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] == 0x4F { return 0..<bytes.count }
        guard bytes.count >= signature.count, zip(bytes, signature).allSatisfy({ $0 == $1 }) else {
            throw CodestreamError(
                .notACodestream, "the bytes are neither a codestream nor a JP2-family file")
        }
        var position = 0
        while bytes.count - position >= 8 {
            let length = readUInt32(bytes, position)
            let type = readUInt32(bytes, position + 4)
            var content = position + 8
            var end = bytes.count
            if length == 1 {
                guard bytes.count - position >= 16 else { break }
                let high = readUInt32(bytes, position + 8)
                guard high < 1 << 30 else {
                    throw CodestreamError(.malformed, at: position, "a box is longer than any file")
                }
                let long = high << 32 | readUInt32(bytes, position + 12)
                content = position + 16
                guard long >= 16 else {
                    throw CodestreamError(.malformed, at: position, "a box is shorter than its header")
                }
                end = position + min(long, end - position)
            } else if length != 0 {
                guard length >= 8 else {
                    throw CodestreamError(.malformed, at: position, "a box is shorter than its header")
                }
                end = position + min(length, end - position)
            }
            if type == 0x6A70_3263 { return content..<end }
            guard length != 0 else { break }
            position = end
        }
        throw CodestreamError(.truncated, at: position, "the file ends before a codestream box")
    }

    private static func readUInt32(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
        (0..<4).reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [24, 16, 8, 0] {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static func append(box type: String, _ content: [UInt8], to bytes: inout [UInt8]) {
        append(UInt32(content.count + 8), to: &bytes)
        bytes += Array(type.utf8)
        bytes += content
    }
}
