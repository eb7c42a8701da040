/// What PS3.6 says of one data element.
public struct DictionaryEntry: Sendable {
    /// The keyword, such as `PatientName`; empty for the few retired elements without one.
    public let keyword: String
    /// The alternatives, such as US, SS for "US or SS"; never empty.
    public let vrs: [VR]
    /// The least and the greatest number of values; nil: without bound. For "2-2n" (2, nil).
    public let valueMultiplicity: (min: Int, max: Int?)
    /// Whether the standard has withdrawn it.
    public let isRetired: Bool

    /// The first of ``vrs``.
    public var vr: VR {
        vrs[0]
    }

    init(keyword: String, vrs: [VR], valueMultiplicity: (min: Int, max: Int?), isRetired: Bool) {
        self.keyword = keyword
        self.vrs = vrs
        self.valueMultiplicity = valueMultiplicity
        self.isRetired = isRetired
    }
}

extension DictionaryEntry {
    /// `US/SS` as VRs.
    static func vrs(_ field: UnsafeBufferPointer<UInt8>.SubSequence) -> [VR] {
        field.split(separator: UInt8(ascii: "/")).map { code in
            guard let first = code.first, let last = code.last, let vr = VR(first, last) else {
                preconditionFailure("the generated table holds VRs of PS3.5")
            }
            return vr
        }
    }

    /// `1`, `1-3`, `1-n`, `2-2n` as bounds.
    static func multiplicity(_ field: UnsafeBufferPointer<UInt8>.SubSequence) -> (min: Int, max: Int?) {
        let bounds = field.split(separator: UInt8(ascii: "-")).map { Int(String(decoding: $0, as: UTF8.self)) }
        return (bounds.first.flatMap { $0 } ?? 1, bounds.last ?? 1)
    }
}
