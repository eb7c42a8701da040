/// The characters of a ``CodedCharacterSet`` by the place of their codes, as UTF-16; 0 where there is none.
///
/// A table of a single-byte set has 96 places, for the codes 20 to 7F or A0 to FF; one of a double-byte set 94 rows of
/// 94. Each is made once, when a text first needs it.
extension CharacterTables {
    /// The table of `set`.
    static func table(_ set: CodedCharacterSet) -> [UInt16] {
        switch set {
        case .ascii: asciiTable
        case .katakana: katakanaTable
        case .romaji: romajiTable
        case .hanzi: hanziTable
        case .hangul: hangulTable
        case .kanji: kanjiTable
        case .supplementaryKanji: supplementaryKanjiTable
        case .latin1: latin1Table
        case .latin2: latin2Table
        case .latin3: latin3Table
        case .latin4: latin4Table
        case .latin5: latin5Table
        case .latin9: latin9Table
        case .greek: greekTable
        case .arabic: arabicTable
        case .hebrew: hebrewTable
        case .cyrillic: cyrillicTable
        case .thai: thaiTable
        }
    }

    /// GB 18030's two-byte codes: 126 rows of 190.
    static let chineseTable = unpacked(chinese, columns: 190, rows: 126)

    private static let asciiTable = Array(UInt16(0x20)...0x7F)
    private static let latin1Table = Array(UInt16(0xA0)...0xFF)
    private static let latin2Table = unpacked(latin2, columns: 96, rows: 1)
    private static let latin3Table = unpacked(latin3, columns: 96, rows: 1)
    private static let latin4Table = unpacked(latin4, columns: 96, rows: 1)
    private static let latin5Table = unpacked(latin5, columns: 96, rows: 1)
    private static let latin9Table = unpacked(latin9, columns: 96, rows: 1)
    private static let greekTable = unpacked(greek, columns: 96, rows: 1)
    private static let arabicTable = unpacked(arabic, columns: 96, rows: 1)
    private static let hebrewTable = unpacked(hebrew, columns: 96, rows: 1)
    private static let cyrillicTable = unpacked(cyrillic, columns: 96, rows: 1)
    private static let thaiTable = unpacked(thai, columns: 96, rows: 1)
    private static let kanjiTable = unpacked(kanji, columns: 94, rows: 94)
    private static let supplementaryKanjiTable = unpacked(supplementaryKanji, columns: 94, rows: 94)
    private static let hangulTable = unpacked(hangul, columns: 94, rows: 94)

    /// JIS X 0201, right half: A1 to DF are U+FF61 to U+FF9F.
    private static let katakanaTable: [UInt16] = (0..<96).map { 1...63 ~= $0 ? 0xFF60 + $0 : 0 }

    /// JIS X 0201, left half: ASCII but for the yen sign and the overline.
    private static let romajiTable: [UInt16] = asciiTable.map { $0 == 0x5C ? 0x00A5 : $0 == 0x7E ? 0x203E : $0 }

    /// GB 2312 as the part of GB 18030 with the same codes, which has more characters in the places that it leaves free.
    private static let hanziTable: [UInt16] = (0..<94).flatMap { row in
        chineseTable[((row + 0x20) * 190 + 96)..<((row + 0x20) * 190 + 190)]
    }

    /// The characters of a generated text, row by row.
    private static func unpacked(_ text: StaticString, columns: Int, rows: Int) -> [UInt16] {
        var table = [UInt16](repeating: 0, count: columns * rows)
        var row = 0
        var column = 0
        let characters = text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        for unit in characters.utf16 {
            if unit == 0x0A {
                row += 1
                column = 0
            } else {
                precondition(row < rows && column < columns, "the generated tables fit their form")
                table[row * columns + column] = unit == 0xFFFD ? 0 : unit
                column += 1
            }
        }
        return table
    }
}
