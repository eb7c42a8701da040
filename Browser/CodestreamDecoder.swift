/// A codestream that arrives piece by piece and is decoded as far as it has come.
final class CodestreamDecoder {
    private var bytes: [UInt8] = []
    /// The headers of the bytes so far; nil when there are too few, or since bytes were added.
    private var codestream: Codestream?
    private let limits: DecoderLimits
    /// Memory for the samples of the last decoding.
    private var samples = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    fileprivate(set) var failure: CodestreamError?

    init(_ limits: DecoderLimits) {
        self.limits = limits
    }

    deinit {
        samples.deallocate()
    }

    func append(_ piece: UnsafeBufferPointer<UInt8>) {
        codestream = nil
        bytes.append(contentsOf: piece)
    }

    /// The headers of the bytes so far.
    func headers() throws(CodestreamError) -> Codestream {
        if let codestream { return codestream }
        let read = try Codestream(bytes, limits: limits)
        codestream = read
        return read
    }

    /// Decodes what `options` ask for; the samples stay until the next call.
    func decode(_ options: DecoderOptions) throws(CodestreamError) -> UnsafeMutableRawBufferPointer {
        let codestream = try headers()
        let count = try codestream.byteCount(options)
        if samples.count != count {
            samples.deallocate()
            samples = .allocate(byteCount: count, alignment: 16)
        }
        try codestream.decode(options, into: samples)
        return samples
    }

    /// How many resolutions the bytes so far hold, from the lowest.
    func completeResolutions() throws(CodestreamError) -> Int {
        let codestream = try headers()
        for resolution in 0...codestream.decompositionLevels {
            do throws(CodestreamError) {
                _ = try codestream.byteCount(throughResolution: resolution)
            } catch {
                guard error.code == .truncated else { throw error }
                return resolution
            }
        }
        return codestream.decompositionLevels + 1
    }
}

// MARK: - What JavaScript calls (htj2k.js)

/// A decoder of images of at most so many samples; to be given to `decoder_destroy`.
@_expose(wasm, "decoder_create")
@_cdecl("decoder_create")
public func decoderCreate(_ maximumSampleCount: Int32) -> UnsafeMutableRawPointer {
    let limits = maximumSampleCount > 0 ? DecoderLimits(maximumSampleCount: Int(maximumSampleCount)) : DecoderLimits()
    return Unmanaged.passRetained(CodestreamDecoder(limits)).toOpaque()
}

/// Gives the decoder's memory back.
@_expose(wasm, "decoder_destroy")
@_cdecl("decoder_destroy")
public func decoderDestroy(_ decoder: UnsafeMutableRawPointer) {
    Unmanaged<CodestreamDecoder>.fromOpaque(decoder).release()
}

/// Adds the next bytes of the codestream.
@_expose(wasm, "decoder_append")
@_cdecl("decoder_append")
public func decoderAppend(_ decoder: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>, _ count: Int32) {
    object(decoder).append(UnsafeBufferPointer(start: bytes, count: Int(count)))
}

/// Writes width, height, components, bits, whether signed, decomposition levels, complete resolutions and bytes of a
/// sample to `numbers`; 0, or the number of an error.
@_expose(wasm, "decoder_describe")
@_cdecl("decoder_describe")
public func decoderDescribe(_ decoder: UnsafeMutableRawPointer, _ numbers: UnsafeMutablePointer<Int32>) -> Int32 {
    run(object(decoder)) { (decoder) throws(CodestreamError) in
        let codestream = try decoder.headers()
        let image = codestream.image
        let values = [
            image.width, image.height, image.components, image.bitDepth, image.isSigned ? 1 : 0,
            codestream.decompositionLevels, try decoder.completeResolutions(), image.bytesPerSample,
        ]
        for (index, value) in values.enumerated() { numbers[index] = Int32(truncatingIfNeeded: value) }
    }
}

/// Decodes a region of the image reduced by `levels` halvings, all of it when `width` is 0; writes width, height, components,
/// bits, whether signed, bytes of a sample, the place of the samples and how many bytes these are to `numbers`; 0, or the
/// number of an error. The samples stay until the next call.
@_expose(wasm, "decoder_decode")
@_cdecl("decoder_decode")
public func decoderDecode(
    _ decoder: UnsafeMutableRawPointer, _ levels: Int32, _ x: Int32, _ y: Int32, _ width: Int32, _ height: Int32,
    _ numbers: UnsafeMutablePointer<Int32>
) -> Int32 {
    run(object(decoder)) { (decoder) throws(CodestreamError) in
        var options = DecoderOptions()
        options.reducedBy = Int(levels)
        if width != 0 {
            options.region = PixelRegion(x: Int(x), y: Int(y), width: Int(width), height: Int(height))
        }
        let samples = try decoder.decode(options)
        let codestream = try decoder.headers()
        let image = codestream.image
        let size = codestream.size(reducedBy: Int(levels))
        let values = [
            width != 0 ? Int(width) : size.width, width != 0 ? Int(height) : size.height, image.components,
            image.bitDepth, image.isSigned ? 1 : 0, image.bytesPerSample, Int(bitPattern: samples.baseAddress),
            samples.count,
        ]
        for (index, value) in values.enumerated() { numbers[index] = Int32(truncatingIfNeeded: value) }
    }
}

/// Where the last call failed, in bytes of the codestream.
@_expose(wasm, "decoder_failure_offset")
@_cdecl("decoder_failure_offset")
public func decoderFailureOffset(_ decoder: UnsafeMutableRawPointer) -> Int32 {
    Int32(truncatingIfNeeded: object(decoder).failure?.offset ?? 0)
}

/// Writes why the last call failed, in UTF-8, at most `capacity` bytes; gives how many there are.
@_expose(wasm, "decoder_failure_message")
@_cdecl("decoder_failure_message")
public func decoderFailureMessage(
    _ decoder: UnsafeMutableRawPointer, _ text: UnsafeMutablePointer<UInt8>, _ capacity: Int32
) -> Int32 {
    guard let message = object(decoder).failure?.message else { return 0 }
    let count = min(Int32(message.utf8CodeUnitCount), capacity)
    text.update(from: message.utf8Start, count: Int(count))
    return count
}

/// Continues a CRC-32 (zlib's polynomial), which begins as 0.
@_expose(wasm, "crc32")
@_cdecl("crc32")
public func crc32(_ bytes: UnsafePointer<UInt8>, _ count: Int32, _ start: UInt32) -> UInt32 {
    CRC32.shared.update(start, UnsafeBufferPointer(start: bytes, count: Int(count)))
}

private func object(_ decoder: UnsafeMutableRawPointer) -> CodestreamDecoder {
    Unmanaged<CodestreamDecoder>.fromOpaque(decoder).takeUnretainedValue()
}

/// Runs `body` and keeps what it throws; gives 0 or the number of the error, counted as htj2k.js names them.
private func run(
    _ decoder: CodestreamDecoder, _ body: (CodestreamDecoder) throws(CodestreamError) -> Void
) -> Int32 {
    do throws(CodestreamError) {
        try body(decoder)
        return 0
    } catch {
        decoder.failure = error
        return switch error.code {
        case .notACodestream: 1
        case .truncated: 2
        case .malformed: 3
        case .unsupported: 4
        case .notHighThroughput: 5
        case .tooLarge: 6
        case .invalidArgument: 7
        }
    }
}
