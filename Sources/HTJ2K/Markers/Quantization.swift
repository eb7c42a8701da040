/// What QCD or QCC says of the sub-bands of a component (T.800 A.6.4).
struct Quantization: Sendable {
    enum Style: UInt8, Sendable {
        case none
        /// All steps derive from that of the lowest sub-band.
        case derived
        case expounded
    }

    var style: Style
    var guardBits: Int
    var steps: [(exponent: UInt8, mantissa: UInt16)]

    /// The exponent and mantissa of a sub-band (T.800 E-5), or nil when the marker has none for it.
    ///
    /// `index` counts sub-bands from the lowest: 0 for LL, 3r - 2 + orientation for resolution r.
    func step(index: Int) -> (exponent: Int, mantissa: Int)? {
        if style == .derived {
            guard let first = steps.first else { return nil }
            let lowering = index == 0 ? 0 : (index - 1) / 3
            guard Int(first.exponent) >= lowering else { return nil }
            return (Int(first.exponent) - lowering, Int(first.mantissa))
        }
        guard index < steps.count else { return nil }
        return (Int(steps[index].exponent), Int(steps[index].mantissa))
    }
}

extension Quantization {
    /// Reads Sqcd and SPqcd to the end of the segment.
    init(_ segment: inout MarkerReader) throws(CodestreamError) {
        let start = segment.position
        let first = try segment.readUInt8()
        guard let style = Style(rawValue: UInt8(first & 31)) else {
            throw CodestreamError(.malformed, at: start, "the quantisation style does not exist")
        }
        self.style = style
        guardBits = first >> 5
        steps = []
        while segment.remaining > 0, steps.count < 97 {
            if style == .none {
                steps.append((try UInt8(segment.readUInt8() >> 3), 0))
            } else {
                let value = try segment.readUInt16()
                steps.append((UInt8(value >> 11), UInt16(value & 0x7FF)))
            }
        }
        guard !steps.isEmpty else {
            throw CodestreamError(.malformed, at: start, "the quantisation has no step")
        }
    }
}
