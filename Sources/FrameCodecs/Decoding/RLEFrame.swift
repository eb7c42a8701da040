import DICOM

/// RLE Lossless (PS3.5 annex G): every byte of every sample is a segment of its own, run-length coded.
enum RLEFrame: FrameDecoding {
    static var transferSyntaxUIDs: [String] { [TransferSyntax.rleLossless.uid] }

    private static let headerLength = 64
    private static let maximumSegmentCount = 15
    /// Two coded bytes make at most 128.
    private static let maximumExpansion = 64

    /// The samples of one frame. Segments come sample by sample, the most significant byte first (PS3.5 G.2).
    static func decode(_ frame: [UInt8], _ pixel: PixelDescription) throws(FrameError) -> [UInt8] {
        let bytesPerCell = max(pixel.bytesPerSample, 1)
        // Cells of 1 bit are packed eight to a byte before they are coded.
        let cells = pixel.bitsAllocated == 1 ? pixel.frameByteCount : pixel.rows * pixel.columns
        let samples = pixel.samplesPerPixel
        let segments = try segments(frame, count: samples * bytesPerCell)
        guard pixel.frameByteCount / maximumExpansion <= frame.count else {
            throw FrameError(
                .corruptFrame, transferSyntaxUID: TransferSyntax.rleLossless.uid, "no RLE frame can be that small")
        }
        var output = [UInt8](repeating: 0, count: cells * samples * bytesPerCell)
        for (index, segment) in segments.enumerated() {
            let (sample, byte) = index.quotientAndRemainder(dividingBy: bytesPerCell)
            let place = sample * bytesPerCell + (bytesPerCell - 1 - byte)
            let decoded = output.withUnsafeMutableBufferPointer { output in
                unpack(frame[segment], into: output, from: place, step: samples * bytesPerCell, count: cells)
            }
            guard decoded else {
                throw FrameError(
                    .corruptFrame, transferSyntaxUID: TransferSyntax.rleLossless.uid,
                    "an RLE segment ends before the frame does")
            }
        }
        return output
    }

    /// The segments of a frame, which has to hold `count` of them (PS3.5 G.5).
    private static func segments(_ frame: [UInt8], count: Int) throws(FrameError) -> [Range<Int>] {
        func word(_ index: Int) -> Int {
            frame.withUnsafeBytes {
                Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
            }
        }
        guard frame.count >= headerLength, word(0) == count, count <= maximumSegmentCount else {
            throw FrameError(
                .corruptFrame, transferSyntaxUID: TransferSyntax.rleLossless.uid,
                "the RLE header does not hold a segment for every byte of a pixel")
        }
        let starts = (0..<count).map { word($0 + 1) } + [frame.count]
        guard starts[0] >= headerLength, zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw FrameError(
                .corruptFrame, transferSyntaxUID: TransferSyntax.rleLossless.uid,
                "the RLE segments are not in order or not inside the frame")
        }
        return zip(starts, starts.dropFirst()).map { $0..<$1 }
    }

    /// Unpacks a segment (PS3.5 G.3.2) into every `step`th byte of `output` from `place`, `count` of them; false when
    /// the segment has fewer. What it has beyond is padding.
    private static func unpack(
        _ segment: ArraySlice<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>, from place: Int, step: Int,
        count: Int
    ) -> Bool {
        var target = place
        var left = count
        var index = segment.startIndex
        while left > 0 {
            guard index < segment.endIndex else { return false }
            let head = Int(Int8(bitPattern: segment[index]))
            index += 1
            if head >= 0 {
                let length = min(head + 1, left)
                guard length <= segment.endIndex - index else { return false }
                for byte in segment[index..<index + length] {
                    output[target] = byte
                    target += step
                }
                index += length
                left -= length
            } else if head != -128 {
                guard index < segment.endIndex else { return false }
                let byte = segment[index]
                index += 1
                let length = min(1 - head, left)
                for _ in 0..<length {
                    output[target] = byte
                    target += step
                }
                left -= length
            }
        }
        return true
    }
}
