import CForeignCodecs
public import FrameCodecs

/// The libraries, called where one stands: for frame workers, and for tests.
public struct ForeignLibraries: ForeignCodec {
    /// Nothing to be opened.
    public init() {}

    /// One frame; see ``ForeignCodec``.
    public func decode(_ frame: [UInt8], _ scheme: ForeignScheme, _ shape: FrameShape) throws(FrameError) -> [UInt8] {
        try output(capacity: shape.byteCount) { buffer in
            frame.withUnsafeBytes { ForeignLibraries.decode($0, scheme, shape, into: buffer) }
        }
    }

    /// A frame at its resolutions; see ``ForeignCodec``.
    public func decodeResolutions(
        _ frame: [UInt8], _ shape: FrameShape, minimumSide: Int
    ) throws(FrameError) -> [ForeignResolution] {
        var sides: [Int] = []
        let cells = try output(
            capacity: shape.byteCount * 2 + (shape.columns + shape.rows + 1) * shape.samplesPerPixel * 32
        ) { buffer in
            let outcome = frame.withUnsafeBytes {
                ForeignLibraries.decodeResolutions($0, shape, minimumSide: minimumSide, into: buffer)
            }
            sides = outcome.sides
            return outcome
        }
        var place = 0
        return stride(from: 0, to: sides.count - 1, by: 2).map { index in
            let length = sides[index] * sides[index + 1] * shape.samplesPerPixel * shape.bytesPerCell
            defer { place += length }
            return ForeignResolution(
                columns: sides[index], rows: sides[index + 1], cells: Array(cells[place..<place + length]))
        }
    }

    /// A frame as JPEG 2000; see ``ForeignCodec``.
    public func encodeJPEG2000(
        _ cells: [UInt8], _ shape: FrameShape, _ encoding: JPEG2000Encoding
    ) throws(FrameError) -> [UInt8] {
        try output(capacity: shape.byteCount * 2 + (1 << 16)) { buffer in
            cells.withUnsafeBytes { ForeignLibraries.encodeJPEG2000($0, shape, encoding, into: buffer) }
        }
    }

    private func output(
        capacity: Int, _ body: (UnsafeMutableRawBufferPointer) -> Outcome
    ) throws(FrameError) -> [UInt8] {
        var outcome = Outcome(status: FC_CORRUPT)
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            outcome = body(UnsafeMutableRawBufferPointer(buffer))
            count = outcome.status == FC_OK ? outcome.length : 0
        }
        switch outcome.status {
        case FC_OK: return bytes
        case FC_MISMATCH:
            throw FrameError(.descriptionMismatch, "the frame is not of the size and depth that the attributes say")
        case FC_UNSUPPORTED: throw FrameError(.unsupportedEncoding, "a kind of frame that the libraries do not know")
        case FC_NO_MEMORY: throw FrameError(.decoderExhausted, "the decoder took more memory than there is")
        default: throw FrameError(.corruptFrame, "the frame cannot be decoded")
        }
    }
}

extension ForeignLibraries {
    /// What a call of a library came to.
    struct Outcome {
        var status: fc_status
        /// The bytes written.
        var length = 0
        /// Columns and rows of every resolution in turn.
        var sides: [Int] = []
    }

    static func decode(
        _ frame: UnsafeRawBufferPointer, _ scheme: ForeignScheme, _ shape: FrameShape,
        into output: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        guard let input = frame.baseAddress, let start = output.baseAddress else { return Outcome(status: FC_CORRUPT) }
        var image = fc_image(shape)
        let status = fc_decode(
            fc_codec(scheme.rawValue), input.assumingMemoryBound(to: UInt8.self), frame.count, &image,
            start.assumingMemoryBound(to: UInt8.self), output.count)
        return Outcome(status: status, length: shape.byteCount)
    }

    static func decodeResolutions(
        _ frame: UnsafeRawBufferPointer, _ shape: FrameShape, minimumSide: Int,
        into output: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        guard let input = frame.baseAddress, let start = output.baseAddress else { return Outcome(status: FC_CORRUPT) }
        var image = fc_image(shape)
        var count: UInt32 = 0
        var resolutions = [fc_resolution](repeating: fc_resolution(), count: 33)
        let status = fc_decode_resolutions(
            input.assumingMemoryBound(to: UInt8.self), frame.count, &image, UInt32(clamping: minimumSide),
            &resolutions, &count, start.assumingMemoryBound(to: UInt8.self), output.count)
        let sizes = resolutions.prefix(Int(count))
        return Outcome(
            status: status,
            length: sizes.reduce(0) {
                $0 + Int($1.columns) * Int($1.rows) * shape.samplesPerPixel * shape.bytesPerCell
            },
            sides: sizes.flatMap { [Int($0.columns), Int($0.rows)] })
    }

    static func encodeJPEG2000(
        _ cells: UnsafeRawBufferPointer, _ shape: FrameShape, _ encoding: JPEG2000Encoding,
        into output: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        guard let input = cells.baseAddress, let start = output.baseAddress else { return Outcome(status: FC_CORRUPT) }
        var image = fc_image(shape)
        var parameters = fc_encoding(
            bit_depth: UInt32(clamping: encoding.bitDepth), is_signed: encoding.isSigned ? 1 : 0,
            transforms_colours: encoding.transformsColours ? 1 : 0,
            decomposition_levels: UInt32(clamping: encoding.decompositionLevels))
        var length = 0
        let status = fc_encode_jpeg2000(
            input.assumingMemoryBound(to: UInt8.self), cells.count, &image, &parameters,
            start.assumingMemoryBound(to: UInt8.self), output.count, &length)
        return Outcome(status: status, length: length)
    }
}

extension fc_image {
    fileprivate init(_ shape: FrameShape) {
        self.init(
            columns: UInt32(clamping: shape.columns), rows: UInt32(clamping: shape.rows),
            samples_per_pixel: UInt32(clamping: shape.samplesPerPixel),
            bytes_per_cell: UInt32(clamping: shape.bytesPerCell), is_signed: shape.isSigned ? 1 : 0)
    }
}
