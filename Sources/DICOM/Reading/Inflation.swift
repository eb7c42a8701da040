import CZlib

/// Inflates deflated data sets (PS3.5 A.5, RFC 1951) within bounds.
enum Inflation {
    /// The bytes of output that are made at a time.
    static let pieceSize = 1 << 20
    private static let inputSize = 64 << 10

    /// The inflated bytes of the deflate stream from `start` to the end of the content.
    ///
    /// A stream in a zlib wrapper (RFC 1950), which some writers make, is taken too; what comes after its end is left.
    static func inflate(
        _ window: inout ByteWindow, from start: Int, options: PartTenReader.Options, warnings: inout [ReadingWarning]
    ) throws(DICOMError) -> InflatedBytes {
        do {
            return try inflate(&window, from: start, windowBits: -15, options, &warnings)
        } catch let error where error.code == .invalidDeflate {
            return try inflate(&window, from: start, windowBits: 15, options, &warnings)
        }
    }

    private static func inflate(
        _ window: inout ByteWindow, from start: Int, windowBits: Int32, _ options: PartTenReader.Options,
        _ warnings: inout [ReadingWarning]
    ) throws(DICOMError) -> InflatedBytes {
        guard let stream = InflateStream(windowBits: windowBits) else {
            throw DICOMError(.invalidDeflate, offset: start, "zlib cannot start")
        }
        var pieces: [[UInt8]] = []
        var offset = start
        while !stream.isAtEnd, !stream.isDamaged {
            var piece = [UInt8](repeating: 0, count: pieceSize)
            var filled = 0
            while filled < pieceSize, !stream.isAtEnd, !stream.isDamaged {
                // After the last input zlib may still hold output back.
                let input = try window.bytes(at: offset, count: min(inputSize, window.count - offset))
                let (used, made) = stream.inflate(input, into: &piece, from: filled)
                if used == 0, made == 0 { break }
                offset += used
                filled += made
            }
            let total = pieces.count * pieceSize + filled
            let allowed = max(options.inflateRatioFloor, (offset - start) &* options.maximumInflateRatio)
            guard total <= min(allowed, options.maximumInflatedBytes) else {
                throw DICOMError(.deflateBomb, offset: offset, "the deflated data set inflates beyond the limit")
            }
            pieces.append(filled == pieceSize ? piece : Array(piece[..<filled]))
            if filled < pieceSize { break }
        }
        guard !stream.isDamaged || pieces.contains(where: { !$0.isEmpty }) else {
            throw DICOMError(.invalidDeflate, offset: offset, "zlib cannot inflate the data set")
        }
        if !stream.isAtEnd {
            warnings.append(ReadingWarning(.truncatedDeflate, offset: offset, "the deflate stream breaks off"))
        }
        return InflatedBytes(pieces: pieces, pieceSize: pieceSize)
    }
}

/// One running zlib inflation.
private final class InflateStream {
    /// Whether the final block is through.
    private(set) var isAtEnd = false
    /// Whether the input is no deflate stream from here on.
    private(set) var isDamaged = false
    // zlib keeps a pointer back to this, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// `windowBits` as in zlib: -15 raw, 15 in a zlib wrapper.
    init?(windowBits: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates what it can of `input` into `output` from index `start` on; gives the bytes used and made.
    func inflate(_ input: ArraySlice<UInt8>, into output: inout [UInt8], from start: Int) -> (used: Int, made: Int) {
        precondition(start < output.count && max(output.count, input.count) <= Int32.max)
        return input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                // zlib only reads its input; the field is mutable for old compilers' sake.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress.map { $0 + start }
                stream.pointee.avail_out = UInt32(output.count - start)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                isAtEnd = status == Z_STREAM_END
                isDamaged = status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR
                return (
                    input.count - Int(stream.pointee.avail_in), output.count - start - Int(stream.pointee.avail_out)
                )
            }
        }
    }
}

/// Inflated bytes in pieces of one size, so that they never have to move to grow.
struct InflatedBytes: RandomAccessBytes {
    // INVARIANT: every piece but the last has `pieceSize` bytes.
    let pieces: [[UInt8]]
    let pieceSize: Int

    var count: Int {
        max(0, pieces.count - 1) * pieceSize + (pieces.last?.count ?? 0)
    }

    func read(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw DICOMError(.truncated, offset: offset, "a read past the end of the inflated bytes")
        }
        guard count > 0 else { return [] }
        let start = offset % pieceSize
        if start + count <= pieceSize { return pieces[offset / pieceSize][start..<start + count] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var position = offset
        while position < offset + count {
            let piece = pieces[position / pieceSize]
            let first = position % pieceSize
            let last = min(piece.count, first + offset + count - position)
            bytes += piece[first..<last]
            position += last - first
        }
        return bytes[...]
    }
}
