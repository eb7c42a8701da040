import Blobs
import Catalog
import ImageSets

/// The records of up to 128 consecutive frames of one object, as one row keeps them.
///
/// Little endian. Byte 0 is the form (1), byte 1 the number of resolutions R that each record has room for; records of
/// 49 + 12 R bytes follow: pack, offset, length (8 each), size in bytes, smallest and greatest sample (8 each), one byte
/// of flags (bit 7: smallest known, bit 6: greatest known, bits 5–0: resolutions used), then R times width, height,
/// checksum (4 each). So a frame is found without reading those before it.
struct FrameChunk {
    static let framesMax = 128
    private static let form: UInt8 = 1
    private static let headLength = 2
    private static let resolutionsMax = 63

    private let bytes: [UInt8]
    private let stride: Int

    /// Takes a row's bytes; throws `engine` when they are not whole records.
    init(_ bytes: [UInt8]) throws {
        guard bytes.count >= Self.headLength, bytes[0] == Self.form, bytes[1] <= Self.resolutionsMax else {
            throw CatalogError(.engine, "a frame chunk does not begin as one")
        }
        self.bytes = bytes
        stride = 49 + 12 * Int(bytes[1])
        guard (bytes.count - Self.headLength) % stride == 0 else {
            throw CatalogError(.engine, "a frame chunk does not end with a record")
        }
    }

    /// How many frames it has.
    var count: Int {
        (bytes.count - Self.headLength) / stride
    }

    /// The frames `range`, clamped to those it has.
    func frames(_ range: Range<Int>) throws -> [FrameRecord] {
        try range.clamped(to: 0..<count).map { index in
            let start = Self.headLength + index * stride
            var reader = ByteReader(bytes[start..<start + stride])
            return try reader.frame()
        }
    }

    /// The bytes of a row.
    static func bytes(of frames: some Collection<FrameRecord>) throws -> [UInt8] {
        let resolutions = frames.map(\.resolutions.count).max() ?? 0
        guard resolutions <= resolutionsMax else {
            throw CatalogError(.conflict, "a frame has more than \(resolutionsMax) resolutions")
        }
        var writer = ByteWriter()
        writer.append(form)
        writer.append(UInt8(resolutions))
        for frame in frames { try writer.append(frame, resolutions: resolutions) }
        return writer.bytes
    }
}

extension ByteReader {
    fileprivate mutating func frame() throws -> FrameRecord {
        let location = try location()
        let (size, smallest, greatest): (Int64, Int64, Int64) = (try next(), try next(), try next())
        let flags: UInt8 = try next()
        let resolutions = try (0..<Int(flags & 0x3F)).map { _ -> FrameRecord.Resolution in
            let (width, height, checksum): (UInt32, UInt32, UInt32) = (try next(), try next(), try next())
            return .init(width: Int(width), height: Int(height), checksum: checksum)
        }
        return FrameRecord(
            location: location, sizeInBytes: size, minimumPixelValue: flags & 0x80 != 0 ? smallest : nil,
            maximumPixelValue: flags & 0x40 != 0 ? greatest : nil, resolutions: resolutions)
    }
}

extension ByteWriter {
    fileprivate mutating func append(_ frame: FrameRecord, resolutions: Int) throws {
        append(frame.location)
        append(frame.sizeInBytes)
        append(frame.minimumPixelValue ?? 0)
        append(frame.maximumPixelValue ?? 0)
        append(
            UInt8(frame.resolutions.count) | (frame.minimumPixelValue == nil ? 0 : 0x80)
                | (frame.maximumPixelValue == nil ? 0 : 0x40))
        for resolution in frame.resolutions {
            guard let width = UInt32(exactly: resolution.width), let height = UInt32(exactly: resolution.height) else {
                throw CatalogError(.conflict, "a resolution has no size of 32 bits")
            }
            append(width)
            append(height)
            append(resolution.checksum)
        }
        for _ in frame.resolutions.count..<resolutions { append(zeros: 12) }
    }
}
