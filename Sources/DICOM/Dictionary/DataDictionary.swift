/// The registry of data elements (PS3.6), standard elements only.
///
/// One packed table, parsed once at first use; after that a lookup is one hash. Entries are plain values: whoever looks
/// one up on many threads at once counts no references that they share.
public enum DataDictionary {
    /// What PS3.6 says of `tag`; nil for private and unknown tags and for group lengths it does not list.
    ///
    /// Tags of repeating groups (50xx, 60xx and others) are answered from their pattern.
    public static func entry(for tag: Tag) -> DictionaryEntry? {
        parsed.entry(for: tag)
    }

    /// The tag of `keyword`: for a repeating group its first tag.
    public static func tag(forKeyword keyword: String) -> Tag? {
        tagsByKeyword[keyword]
    }

    /// The keyword whose tag is `tag`: nil where ``tag(forKeyword:)`` would not lead back.
    static func keyword(of tag: Tag) -> PackedText? {
        guard let entry = parsed.entry(for: tag), entry.firstTag == tag, !entry.keywordText.isEmpty else { return nil }
        return entry.keywordText
    }

    private static let parsed = Parsed()

    private static let tagsByKeyword = Dictionary(
        parsed.entries.filter { !$0.keywordText.isEmpty }.map { ($0.keyword, $0.firstTag) }
    ) { _, last in last }
}

extension DataDictionary {
    /// The tables as arrays.
    private struct Parsed: Sendable {
        /// Digits given and digits that may be anything.
        struct Pattern: Sendable {
            let mask: UInt32
            let bits: UInt32
            let entry: DictionaryEntry
        }

        /// In the order of the tables; those of the patterns follow the others.
        private(set) var entries: [DictionaryEntry] = []
        private var patterns: [Pattern] = []
        /// Where in ``entries`` a tag is, one more than that, at the place of its hash or the next that was free.
        private var places = [UInt16](repeating: 0, count: 1 << placeBits)

        private static let placeBits = 14

        init() {
            entries.reserveCapacity(5200)
            for line in PackedTable(DataDictionary.table) {
                let (mask, bits) = Parsed.tag(line[0])
                precondition(mask == .max && entries.count < places.count / 2, "the generated table names single tags")
                let entry = DictionaryEntry(line, firstTag: Tag(rawValue: bits))
                var place = Parsed.place(of: entry.firstTag)
                while places[place] != 0 { place = Parsed.place(after: place) }
                entries.append(entry)
                places[place] = UInt16(entries.count)
            }
            for line in PackedTable(DataDictionary.repeatingTable) {
                let (mask, bits) = Parsed.tag(line[0])
                let entry = DictionaryEntry(line, firstTag: Tag(rawValue: bits))
                patterns.append(Pattern(mask: mask, bits: bits, entry: entry))
                entries.append(entry)
            }
        }

        func entry(for tag: Tag) -> DictionaryEntry? {
            var place = Parsed.place(of: tag)
            while places[place] != 0 {
                let entry = entries[Int(places[place]) - 1]
                if entry.firstTag == tag { return entry }
                place = Parsed.place(after: place)
            }
            guard !tag.isPrivate else { return nil }
            return patterns.first { tag.rawValue & $0.mask == $0.bits }?.entry
        }

        private static func place(after place: Int) -> Int {
            (place + 1) % (1 << placeBits)
        }

        private static func place(of tag: Tag) -> Int {
            // Fibonacci hashing: the upper bits of the product depend on all bits of the tag.
            Int((tag.rawValue &* 0x9E37_79B1) >> (32 - placeBits))
        }

        /// `60xx0010` as the digits that are given, and zeros.
        private static func tag(_ field: PackedText) -> (mask: UInt32, bits: UInt32) {
            var mask: UInt32 = 0
            var bits: UInt32 = 0
            for byte in field.bytes {
                let digit = ASCII.hexadecimalValue(byte)
                mask = mask << 4 | (digit == nil ? 0 : 0xF)
                bits = bits << 4 | UInt32(digit ?? 0)
            }
            return (mask, bits)
        }
    }
}
