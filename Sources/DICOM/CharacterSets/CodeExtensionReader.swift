/// Reads text in the 8-bit code of ISO 2022 as PS3.5 6.1.2.4 and 6.1.2.5 use it.
///
/// A set G0 stands in the left half of the code (21 to 7E), a set G1 in the right half (A0 to FF). Escape sequences
/// designate other sets; delimiters and control characters bring the initial ones back.
///
/// Beyond the standard, so that real files read as they were meant: every escape sequence of PS3.3 tables C.12-3 and
/// C.12-4 is followed, declared or not; a byte of the right half when no G1 is designated is read in the set last
/// designated, else in `fallback`; and JIS X 0201 gives way to Shift JIS, whose double bytes start where it has no
/// characters.
struct CodeExtensionReader: TextReader {
    /// The sets in force.
    struct Designation: Sendable, Equatable {
        var left: CodedCharacterSet
        var right: CodedCharacterSet?
    }

    private let bytes: ArraySlice<UInt8>
    private let delimiters: TextDelimiters
    private let initial: Designation
    private var current: Designation
    private var fallback: CodedCharacterSet

    /// The next byte to read.
    private(set) var index: Int

    init(
        _ bytes: ArraySlice<UInt8>, delimiters: TextDelimiters, initial: Designation, fallback: CodedCharacterSet
    ) {
        self.bytes = bytes
        self.delimiters = delimiters
        self.initial = initial
        self.fallback = fallback
        current = initial
        index = bytes.startIndex
    }

    mutating func next() -> TextUnit? {
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case 0x1B:
                if takeEscapeSequence() { continue }
                return single(Unicode.Scalar(byte))
            case 0x00..<0x20:
                current = initial
                return single(Unicode.Scalar(byte))
            case 0x20, 0x7F: return single(Unicode.Scalar(byte))
            case 0x21..<0x7F: return leftHalf(byte)
            default: return rightHalf(byte)
            }
        }
        return nil
    }

    private mutating func single(_ character: Unicode.Scalar) -> TextUnit {
        index += 1
        return .character(character)
    }

    private mutating func leftHalf(_ byte: UInt8) -> TextUnit {
        let isDouble = current.left.form == .double94
        if isDouble, let second = second(in: 0x21...0x7E) { return double(byte, second, current.left) }
        if delimiters.contains(byte) {
            current = initial
            index += 1
            return .delimiter(byte)
        }
        guard !isDouble else { return single(.replacement) }
        return single(Unicode.Scalar(tableValue: CharacterTables.table(current.left)[Int(byte) - 0x20]))
    }

    private mutating func rightHalf(_ byte: UInt8) -> TextUnit {
        let set = current.right ?? fallback
        switch set.form {
        case .double94:
            guard 0xA1...0xFE ~= byte, let second = second(in: 0xA1...0xFE) else { return single(.replacement) }
            return double(byte & 0x7F, second & 0x7F, set)
        case .single96:
            // 80 to 9F are control characters in every set.
            guard byte >= 0xA0 else { return single(Unicode.Scalar(byte)) }
        case .single94:
            if set == .katakana, let character = shiftJIS(byte) { return character }
            guard 0xA1...0xFE ~= byte else { return single(.replacement) }
        }
        return single(Unicode.Scalar(tableValue: CharacterTables.table(set)[Int(byte & 0x7F) - 0x20]))
    }

    /// The byte after the one at hand, if it is in `range`.
    private func second(in range: ClosedRange<UInt8>) -> UInt8? {
        let next = index + 1
        return next < bytes.endIndex && range ~= bytes[next] ? bytes[next] : nil
    }

    /// A character of two codes in the left half's form, 21 to 7E each.
    private mutating func double(_ first: UInt8, _ second: UInt8, _ set: CodedCharacterSet) -> TextUnit {
        index += 2
        return .character(
            Unicode.Scalar(tableValue: CharacterTables.table(set)[(Int(first) - 0x21) * 94 + Int(second) - 0x21]))
    }

    /// The character of JIS X 0208 that Shift JIS writes as `first` (81 to 9F, E0 to EF) and the byte after it.
    private mutating func shiftJIS(_ first: UInt8) -> TextUnit? {
        guard 0x81...0x9F ~= first || 0xE0...0xEF ~= first else { return nil }
        guard let second = second(in: 0x40...0xFC), second != 0x7F else { return nil }
        let pair = Int(first) - (first < 0xA0 ? 0x81 : 0xC1)
        let cell = Int(second) - (second < 0x7F ? 0x40 : 0x41)
        index += 2
        // A first byte stands for two rows of 94.
        return .character(Unicode.Scalar(tableValue: CharacterTables.table(.kanji)[pair * 188 + cell]))
    }
}

extension CodeExtensionReader {
    /// Follows the escape sequence at ``index`` and passes it; false when it designates no set that DICOM uses.
    private mutating func takeEscapeSequence() -> Bool {
        guard let sequence = EscapeSequence(bytes[(index + 1)...]) else { return false }
        index += 1 + sequence.count
        if sequence.isRight {
            current.right = sequence.set
            fallback = sequence.set
        } else {
            current.left = sequence.set
        }
        return true
    }

    /// What follows ESC in a designation (ISO 2022; PS3.3 tables C.12-3 and C.12-4).
    private struct EscapeSequence {
        let set: CodedCharacterSet
        let isRight: Bool
        let count: Int

        init?(_ bytes: ArraySlice<UInt8>) {
            let isDouble = bytes.first == UInt8(ascii: "$")
            var form: CodedCharacterSet.Form = isDouble ? .double94 : .single94
            var rest = isDouble ? bytes.dropFirst() : bytes
            switch rest.first {
            case UInt8(ascii: "("):
                isRight = false
                rest.removeFirst()
            case UInt8(ascii: ")"):
                isRight = true
                rest.removeFirst()
            case UInt8(ascii: "-") where !isDouble:
                isRight = true
                form = .single96
                rest.removeFirst()
            default:
                // Only `ESC $ B` and its like have no byte between.
                guard isDouble else { return nil }
                isRight = false
            }
            guard let final = rest.first, let set = CodedCharacterSet(form: form, finalByte: final) else { return nil }
            self.set = set
            count = rest.startIndex - bytes.startIndex + 1
        }
    }
}
