/// Reads text in GB 18030, of which GBK is a part: one, two or four bytes a character.
struct GB18030Reader: TextReader {
    private let bytes: ArraySlice<UInt8>
    private let delimiters: TextDelimiters

    /// The next byte to read.
    private(set) var index: Int

    init(_ bytes: ArraySlice<UInt8>, delimiters: TextDelimiters) {
        self.bytes = bytes
        self.delimiters = delimiters
        index = bytes.startIndex
    }

    mutating func next() -> TextUnit? {
        guard index < bytes.endIndex else { return nil }
        let first = bytes[index]
        if first < 0x80 {
            index += 1
            return delimiters.contains(first) ? .delimiter(first) : .character(Unicode.Scalar(first))
        }
        let (character, count) = character(first)
        index += count
        return .character(character)
    }

    /// The character at ``index`` and the number of its bytes. Of wrong bytes only the first is passed, so that a
    /// delimiter after it still counts.
    private func character(_ first: UInt8) -> (Unicode.Scalar, Int) {
        let wrong = (Unicode.Scalar.replacement, 1)
        guard 0x81...0xFE ~= first, let second = byte(1) else { return wrong }
        switch second {
        case 0x40...0x7E, 0x80...0xFE:
            let place = (Int(first) - 0x81) * 190 + Int(second) - (second < 0x7F ? 0x40 : 0x41)
            return (Unicode.Scalar(tableValue: CharacterTables.chineseTable[place]), 2)
        case 0x30...0x39:
            guard let third = byte(2), 0x81...0xFE ~= third, let fourth = byte(3), 0x30...0x39 ~= fourth else {
                return wrong
            }
            let upper = (Int(first) - 0x81) * 10 + Int(second) - 0x30
            let lower = (Int(third) - 0x81) * 10 + Int(fourth) - 0x30
            return Self.fourByteCharacter(upper * 1260 + lower).map { ($0, 4) } ?? wrong
        default: return wrong
        }
    }

    private func byte(_ distance: Int) -> UInt8? {
        index + distance < bytes.endIndex ? bytes[index + distance] : nil
    }
}

extension GB18030Reader {
    /// The character of a four-byte code, by its number counted from 81308130: the rest of the basic plane in runs, and
    /// from 90308130 the other planes in one.
    private static func fourByteCharacter(_ number: Int) -> Unicode.Scalar? {
        let beyondBasicPlane = number - 189_000
        if beyondBasicPlane >= 0 { return Unicode.Scalar(UInt32(0x10000 + beyondBasicPlane)) }
        guard number < 39420, let run = runs.last(where: { $0.number <= number }) else { return nil }
        return Unicode.Scalar(UInt32(run.scalar + number - run.number))
    }

    private static let runs: [(number: Int, scalar: Int)] = PackedTable(CharacterTables.chineseRanges).map { line in
        func value(_ digits: PackedText) -> Int {
            digits.bytes.reduce(0) { $0 << 4 | Int(ASCII.hexadecimalValue($1) ?? 0) }
        }
        return (value(line[0]), value(line[1]))
    }
}
