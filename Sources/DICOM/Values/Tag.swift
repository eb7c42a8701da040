/// The identifier of a data element: a group and an element number (PS3.5 7.1).
///
/// Tags order as PS3.5 orders the elements of a data set: by group, then by element.
public struct Tag: RawRepresentable, Hashable, Comparable, Sendable {
    /// `group << 16 | element`.
    public var rawValue: UInt32

    /// The tag whose group is the upper and whose element the lower half of `rawValue`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The tag (group,element).
    public init(_ group: UInt16, _ element: UInt16) {
        rawValue = UInt32(group) << 16 | UInt32(element)
    }

    /// The tag of a PS3.6 keyword such as `PatientName`; nil for a word PS3.6 does not know.
    ///
    /// A keyword of a repeating group names its first tag: `OverlayRows` is (6000,0010).
    public init?(keyword: String) {
        guard let tag = DataDictionary.tag(forKeyword: keyword) else { return nil }
        self = tag
    }

    /// The tag of eight hexadecimal digits, group first, in either case: `0020000d`; nil for anything else.
    public init?(hexadecimal: some StringProtocol) {
        var value: UInt32 = 0
        var digits = 0
        for byte in hexadecimal.utf8 {
            guard digits < 8, let digit = ASCII.hexadecimalValue(byte) else { return nil }
            value = value << 4 | UInt32(digit)
            digits += 1
        }
        guard digits == 8 else { return nil }
        rawValue = value
    }

    /// The group number.
    public var group: UInt16 {
        UInt16(truncatingIfNeeded: rawValue >> 16)
    }

    /// The element number within the group.
    public var element: UInt16 {
        UInt16(truncatingIfNeeded: rawValue)
    }

    /// The PS3.6 keyword; nil for private and unknown tags, and for the second and later tags of a repeating group.
    ///
    /// Keyword and tag are one to one, so that a keyword can key a JSON object: `Tag(keyword: tag.keyword!) == tag`.
    public var keyword: String? {
        DataDictionary.keyword(of: self)?.string
    }

    /// Eight upper-case hexadecimal digits, group first: `7FDD1090`.
    public var hexadecimal: String {
        String(unsafeUninitializedCapacity: 8) { digits in
            for index in 0..<8 {
                digits[index] = ASCII.hexadecimalDigit(
                    UInt8(truncatingIfNeeded: rawValue >> UInt32(28 - 4 * index)) & 0xF)
            }
            return 8
        }
    }

    /// Whether the group is odd: an element of a vendor, not of the standard (PS3.5 7.8).
    public var isPrivate: Bool {
        rawValue & 0x0001_0000 != 0
    }

    /// Whether this is (gggg,0010-00FF) of an odd group: it names the owner of a block of private elements (PS3.5 7.8.1).
    public var isPrivateCreator: Bool {
        isPrivate && (0x0010...0x00FF).contains(element)
    }

    /// Whether this is (gggg,0000), the length of a group (PS3.5 7.2); retired outside groups 0000 and 0002.
    public var isGroupLength: Bool {
        element == 0
    }

    /// Whether `left` stands before `right` in a data set.
    public static func < (left: Tag, right: Tag) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Tag: CustomStringConvertible {
    /// The standard's own way to write it: `(0010,0020)`.
    public var description: String {
        let digits = hexadecimal
        return "(\(digits.prefix(4)),\(digits.suffix(4)))"
    }
}
