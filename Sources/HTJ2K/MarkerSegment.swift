/// A marker of a codestream with its segment, for inspection.
public struct MarkerSegment: Sendable, Hashable {
    /// The code, 0xFF01 to 0xFFFF.
    public var marker: UInt16
    /// From the marker to the end of its segment, in the bytes given.
    public var range: Range<Int>
    /// The tile whose tile-part header has it; nil in the main header.
    public var tile: Int?

    /// Its name in the standard, such as SIZ; nil when this codec does not know it.
    public var name: String? {
        switch marker {
        case Marker.startOfCodestream: "SOC"
        case Marker.capabilities: "CAP"
        case Marker.imageSize: "SIZ"
        case Marker.codingStyleDefault: "COD"
        case Marker.codingStyleComponent: "COC"
        case Marker.tilePartLengths: "TLM"
        case 0xFF56: "PRF"
        case 0xFF57: "PLM"
        case 0xFF58: "PLT"
        case 0xFF59: "CPF"
        case Marker.quantizationDefault: "QCD"
        case Marker.quantizationComponent: "QCC"
        case Marker.regionOfInterest: "RGN"
        case Marker.progressionOrderChange: "POC"
        case Marker.packedHeadersMain: "PPM"
        case Marker.packedHeadersTilePart: "PPT"
        case 0xFF63: "CRG"
        case 0xFF64: "COM"
        case Marker.startOfTilePart: "SOT"
        case Marker.startOfData: "SOD"
        case Marker.endOfCodestream: "EOC"
        default: nil
        }
    }
}

extension Codestream {
    /// The markers of the main header and of all tile-part headers, in the order of the bytes; EOC when it is there.
    public func markerSegments() throws(CodestreamError) -> [MarkerSegment] {
        try bytes.withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
            var segments: [MarkerSegment] = []
            func add(_ range: Range<Int>, tile: Int?) throws(CodestreamError) {
                var reader = MarkerReader(buffer, range)
                while reader.remaining > 0 {
                    let start = reader.position
                    let marker = UInt16(try reader.readUInt16())
                    if marker != Marker.startOfCodestream, marker != Marker.startOfData {
                        _ = try reader.readSegment()
                    }
                    segments.append(MarkerSegment(marker: marker, range: start..<reader.position, tile: tile))
                }
            }
            try add(range.lowerBound..<header.end, tile: nil)
            for part in parts {
                try add(part.range.lowerBound..<part.dataStart, tile: part.tile)
            }
            let end = parts.last?.range.upperBound ?? header.end
            if range.upperBound - end >= 2, buffer[end] == 0xFF, buffer[end + 1] == 0xD9 {
                segments.append(
                    MarkerSegment(marker: Marker.endOfCodestream, range: end..<end + 2, tile: nil))
            }
            return segments
        }
    }
}
