/// What PS3.6 says of one data element.
public struct DictionaryEntry: Sendable {
    let keywordText: PackedText
    /// The tag; of a repeating group the first.
    let firstTag: Tag
    /// The first of ``vrs``.
    public let vr: VR
    private let otherVRs: (VR?, VR?)
    /// The least and the greatest number of values; nil: without bound. For "2-2n" (2, nil).
    public let valueMultiplicity: (min: Int, max: Int?)
    /// Whether the standard has withdrawn it.
    public let isRetired: Bool

    /// The keyword, such as `PatientName`; empty for the few retired elements without one.
    public var keyword: String {
        keywordText.string
    }

    /// The alternatives, such as US, SS for "US or SS"; never empty.
    public var vrs: [VR] {
        [vr] + [otherVRs.0, otherVRs.1].compactMap(\.self)
    }

    /// Whether `vr` is among ``vrs``.
    public func allows(_ vr: VR) -> Bool {
        self.vr == vr || otherVRs.0 == vr || otherVRs.1 == vr
    }

    /// Whether ``vrs`` are more than one.
    var hasAlternatives: Bool {
        otherVRs.0 != nil
    }

    /// `60xx0010 US 1 OverlayRows R`
    init(_ line: PackedTable.Line, firstTag: Tag) {
        let vrs = DictionaryEntry.vrs(line[1])
        precondition((1...3).contains(vrs.count), "the generated table has at most three VRs for an element")
        self.firstTag = firstTag
        vr = vrs[0]
        otherVRs = (vrs.count > 1 ? vrs[1] : nil, vrs.count > 2 ? vrs[2] : nil)
        valueMultiplicity = DictionaryEntry.multiplicity(line[2])
        keywordText = line[3].bytes.elementsEqual([UInt8(ascii: "-")]) ? PackedText("") : line[3]
        isRetired = line.count > 4
    }

    /// `US/SS` as VRs.
    private static func vrs(_ field: PackedText) -> [VR] {
        field.split(separator: UInt8(ascii: "/")).map { code in
            guard code.bytes.count == 2, let vr = VR(code.bytes[0], code.bytes[1]) else {
                preconditionFailure("the generated table holds VRs of PS3.5")
            }
            return vr
        }
    }

    /// `1`, `1-3`, `1-n`, `2-2n` as bounds.
    private static func multiplicity(_ field: PackedText) -> (min: Int, max: Int?) {
        let bounds = field.split(separator: UInt8(ascii: "-")).map { Int($0.string) }
        return (bounds.first.flatMap { $0 } ?? 1, bounds.last ?? 1)
    }
}
