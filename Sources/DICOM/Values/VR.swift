/// A value representation: the type of a data element's value (PS3.5 6.2).
public enum VR: UInt8, CaseIterable, Sendable {
    case AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, OB, OD, OF, OL, OV, OW, PN, SH, SL, SQ, SS, ST, SV, TM, UC
    case UI, UL, UN, UR, US, UT, UV

    /// The VR of a two-letter code such as `PN`; nil for a code PS3.5 does not define.
    public init?(code: String) {
        let letters = Array(code.utf8.prefix(3))
        guard letters.count == 2 else { return nil }
        self.init(letters[0], letters[1])
    }

    /// The VR of the two bytes of an explicit VR field (PS3.5 7.1.2); nil for a code PS3.5 does not define.
    init?(_ first: UInt8, _ second: UInt8) {
        guard let vr = VR.byCode[Int(first & 0x1F) << 5 | Int(second & 0x1F)], vr.bytes == (first, second) else {
            return nil
        }
        self = vr
    }

    /// The two letters.
    public var code: String {
        let (first, second) = bytes
        return String(unsafeUninitializedCapacity: 2) { letters in
            letters[0] = first
            letters[1] = second
            return 2
        }
    }

    /// The two letters as they stand in an explicit VR field.
    var bytes: (UInt8, UInt8) {
        let pair = VR.codes[Int(rawValue)]
        return (UInt8(pair >> 8), UInt8(pair & 0xFF))
    }

    /// Whether the value is text, of any repertoire.
    public var isText: Bool {
        switch self {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .LO, .LT, .PN, .SH, .ST, .TM, .UC, .UI, .UR, .UT: true
        default: false
        }
    }

    /// Whether the text is written in the data set's Specific Character Set (0008,0005) (PS3.5 6.1.2.2).
    public var usesCharacterSet: Bool {
        switch self {
        case .LO, .LT, .PN, .SH, .ST, .UC, .UT: true
        default: false
        }
    }

    /// Whether the value is a list of binary numbers that a reader sees as numbers: US SS UL SL UV SV FL FD.
    public var isNumericBinary: Bool {
        switch self {
        case .FD, .FL, .SL, .SS, .SV, .UL, .US, .UV: true
        default: false
        }
    }

    /// Whether the value is opaque bytes or words: OB OD OF OL OV OW UN. Over 1 MiB such values are kept as bulk.
    public var isBinary: Bool {
        switch self {
        case .OB, .OD, .OF, .OL, .OV, .OW, .UN: true
        default: false
        }
    }

    /// The number of bytes that change places between the byte orders (PS3.5 7.3): 1, 2, 4 or 8. An AT is two words of 2.
    public var wordSize: Int {
        switch self {
        case .AT, .OW, .SS, .US: 2
        case .FL, .OF, .OL, .SL, .UL: 4
        case .FD, .OD, .OV, .SV, .UV: 8
        default: 1
        }
    }

    /// Whether explicit VR encodes its length in four bytes after two reserved ones (PS3.5 table 7.1-1).
    public var hasLongLength: Bool {
        switch self {
        case .OB, .OD, .OF, .OL, .OV, .OW, .SQ, .SV, .UC, .UN, .UR, .UT, .UV: true
        default: false
        }
    }

    /// Whether a backslash parts the text into several values (PS3.5 6.4); never in ST LT UT UR and non-text VRs.
    public var allowsMultipleValues: Bool {
        switch self {
        case .LT, .ST, .UR, .UT: false
        default: isText
        }
    }

    /// The byte that makes an odd value even: NUL for UI and binary values, space for text (PS3.5 6.2).
    public var padding: UInt8 {
        isText && self != .UI ? 0x20 : 0x00
    }

    /// The letters of all VRs in the order of their raw values.
    private static let codes: [UInt16] = {
        let letters = "AEASATCSDADSDTFDFLISLOLTOBODOFOLOVOWPNSHSLSQSSSTSVTMUCUIULUNURUSUTUV".utf8
        let pairs = zip(letters, letters.dropFirst()).enumerated().filter { $0.offset.isMultiple(of: 2) }
        return pairs.map { UInt16($0.element.0) << 8 | UInt16($0.element.1) }
    }()

    /// VRs at the lower five bits of both letters.
    private static let byCode: [VR?] = {
        var table = [VR?](repeating: nil, count: 1024)
        for vr in allCases {
            let (first, second) = vr.bytes
            table[Int(first & 0x1F) << 5 | Int(second & 0x1F)] = vr
        }
        return table
    }()
}

extension VR: CustomStringConvertible {
    /// The two letters.
    public var description: String {
        code
    }
}
