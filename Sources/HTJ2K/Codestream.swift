/// A High-Throughput JPEG 2000 codestream (T.814) whose main header and tile-parts have been read and checked.
///
/// It may be cut at its end: resolutions that are complete in the bytes there are decode as if it were whole.
public struct Codestream: Sendable {
    /// The bytes given, of which `range` is the codestream.
    let bytes: [UInt8]
    let range: Range<Int>
    let header: MainHeader
    let parts: [TilePart]

    /// What the decoded samples are at full size.
    ///
    /// Components of several depths lie in containers of the greatest, each with its own values; subsampled components are
    /// spread to the density of the densest by repeating samples.
    public let image: ImageDescription
    /// Resolutions that can be taken off in every tile and component.
    public let decompositionLevels: Int

    /// Reads the headers of a bare codestream or of a JPH or JP2 file, whose other boxes are skipped.
    ///
    /// Throws `notHighThroughput` for JPEG 2000 Part 1 and `tooLarge` when the image exceeds `limits`.
    public init(_ bytes: [UInt8], limits: DecoderLimits = DecoderLimits()) throws(CodestreamError) {
        guard Int.bitWidth > 32 || bytes.count < 1 << 30 else {
            throw CodestreamError(.tooLarge, "there are more bytes than this machine counts")
        }
        self.bytes = bytes
        let (range, header, parts) = try bytes.withUnsafeBufferPointer {
            (buffer) throws(CodestreamError) -> (Range<Int>, MainHeader, [TilePart]) in
            let range = try JPHFile.codestreamRange(in: UnsafeRawBufferPointer(buffer))
            let header = try MainHeader(buffer, range)
            let tileCount = header.size.tilesAcross * header.size.tilesDown
            return (
                range, header,
                try TilePart.scan(buffer, header.end..<range.upperBound, tileCount: tileCount)
            )
        }
        self.range = range
        self.header = header
        self.parts = parts
        let size = header.size
        let area = size.image.divided(
            horizontally: size.leastHorizontalSpacing, vertically: size.leastVerticalSpacing)
        guard let first = size.components.first,
            size.components.allSatisfy({ $0.isSigned == first.isSigned })
        else {
            throw CodestreamError(
                .unsupported, at: range.lowerBound, "signed and unsigned components are mixed")
        }
        image = ImageDescription(
            width: area.width, height: area.height, components: size.components.count,
            bitDepth: size.components.map { $0.bitDepth }.max() ?? 1, isSigned: first.isSigned)
        guard area.width > 0, area.height > 0 else {
            throw CodestreamError(.malformed, at: range.lowerBound, "the image has no samples")
        }
        guard let count = image.checkedSampleCount, count <= limits.maximumSampleCount else {
            throw CodestreamError(
                .tooLarge, at: range.lowerBound, "the image has more samples than the limit")
        }
        // Every tile-component costs time and at least a byte; this keeps the time in proportion to the bytes.
        let tileComponents = size.tilesAcross * size.tilesDown * size.components.count
        guard tileComponents <= 1 << 18 + bytes.count else {
            throw CodestreamError(
                .tooLarge, at: range.lowerBound, "there are more tile-components than bytes")
        }
        // A tile's own header may say less; it is checked where the tile is decoded.
        decompositionLevels =
            header.coding.styles.compactMap { $0.style?.decompositionLevels }.min() ?? 0
    }

    /// The order of packets that the main header states.
    public var progression: ProgressionOrder {
        header.coding.tile?.progression ?? .lrcp
    }

    /// Whether all components use the reversible transform, without which no decoding is lossless.
    public var isReversible: Bool {
        header.coding.styles.allSatisfy { $0.style?.isReversible == true }
    }

    /// Whether the components are transformed (RCT or ICT).
    public var usesColourTransform: Bool {
        header.coding.tile?.usesComponentTransform == true
    }

    /// Whether a TLM marker segment lists the lengths of the tile-parts.
    public var listsTilePartLengths: Bool {
        header.listsTilePartLengths
    }

    /// Tiles across and down.
    public var tileGrid: (across: Int, down: Int) {
        (header.size.tilesAcross, header.size.tilesDown)
    }

    /// Bytes of the codestream itself, boxes around it left out.
    public var byteCount: Int {
        range.count
    }

    /// The size of the image after `levels` halvings (T.800 B-14); levels beyond 32 count as 32.
    public func size(reducedBy levels: Int) -> (width: Int, height: Int) {
        let area = header.size.image.divided(
            horizontally: header.size.leastHorizontalSpacing, vertically: header.size.leastVerticalSpacing
        ).reduced(by: min(max(levels, 0), 32))
        return (area.width, area.height)
    }
}
