/// The registry of data elements (PS3.6), standard elements only.
///
/// One packed table, parsed once at first use into sorted arrays; after that a lookup is a binary search or one hash.
public enum DataDictionary {
    /// What PS3.6 says of `tag`; nil for private and unknown tags and for group lengths it does not list.
    ///
    /// Tags of repeating groups (50xx, 60xx and others) are answered from their pattern.
    public static func entry(for tag: Tag) -> DictionaryEntry? {
        index(of: tag).map { parsed.entries[$0] }
    }

    /// The tag of `keyword`: for a repeating group its first tag.
    public static func tag(forKeyword keyword: String) -> Tag? {
        parsed.tagsByKeyword[keyword]
    }

    /// The keyword whose tag is `tag`: nil where ``tag(forKeyword:)`` would not lead back.
    static func keyword(of tag: Tag) -> String? {
        if let index = exactIndex(of: tag) {
            let keyword = parsed.entries[index].keyword
            return keyword.isEmpty ? nil : keyword
        }
        guard let pattern = pattern(matching: tag), pattern.bits == tag.rawValue else { return nil }
        return parsed.entries[pattern.entry].keyword
    }

    /// The VRs of `tag`, the usual first; empty for private and unknown tags.
    static func vrs(of tag: Tag) -> [VR] {
        index(of: tag).map { parsed.entries[$0].vrs } ?? []
    }

    private static func index(of tag: Tag) -> Int? {
        exactIndex(of: tag) ?? pattern(matching: tag)?.entry
    }

    private static func exactIndex(of tag: Tag) -> Int? {
        let tags = parsed.tags
        var low = 0
        var high = tags.count
        while low < high {
            let middle = (low + high) / 2
            if tags[middle] < tag.rawValue { low = middle + 1 } else { high = middle }
        }
        return low < tags.count && tags[low] == tag.rawValue ? low : nil
    }

    private static func pattern(matching tag: Tag) -> Parsed.Pattern? {
        guard !tag.isPrivate else { return nil }
        return parsed.patterns.first { tag.rawValue & $0.mask == $0.bits }
    }

    private static let parsed = Parsed()
}

extension DataDictionary {
    /// The tables as arrays.
    private struct Parsed: Sendable {
        /// Digits given and digits that may be anything.
        struct Pattern: Sendable {
            let mask: UInt32
            let bits: UInt32
            let entry: Int
        }

        /// Ascending; the entry of `tags[i]` is `entries[i]`.
        private(set) var tags: [UInt32] = []
        /// The entries of `tags`, then those of `patterns`.
        private(set) var entries: [DictionaryEntry] = []
        private(set) var patterns: [Pattern] = []
        private(set) var tagsByKeyword: [String: Tag] = [:]

        init() {
            tags.reserveCapacity(5200)
            entries.reserveCapacity(5200)
            tagsByKeyword.reserveCapacity(5200)
            for line in PackedTable(DataDictionary.table) {
                let (mask, bits, entry) = Parsed.entry(line)
                precondition(mask == .max && tags.last ?? 0 <= bits, "the generated table is ascending")
                tags.append(bits)
                add(entry, Tag(rawValue: bits))
            }
            for line in PackedTable(DataDictionary.repeatingTable) {
                let (mask, bits, entry) = Parsed.entry(line)
                patterns.append(Pattern(mask: mask, bits: bits, entry: entries.count))
                add(entry, Tag(rawValue: bits))
            }
        }

        private mutating func add(_ entry: DictionaryEntry, _ tag: Tag) {
            entries.append(entry)
            if !entry.keyword.isEmpty { tagsByKeyword[entry.keyword] = tag }
        }

        /// `60xx0010 US 1 OverlayRows R`
        private static func entry(_ line: PackedTable.Line) -> (mask: UInt32, bits: UInt32, DictionaryEntry) {
            var mask: UInt32 = 0
            var bits: UInt32 = 0
            for byte in line[0] {
                let digit = ASCII.hexadecimalValue(byte)
                mask = mask << 4 | (digit == nil ? 0 : 0xF)
                bits = bits << 4 | UInt32(digit ?? 0)
            }
            let keyword = String(decoding: line[3], as: UTF8.self)
            let entry = DictionaryEntry(
                keyword: keyword == "-" ? "" : keyword, vrs: DictionaryEntry.vrs(line[1]),
                valueMultiplicity: DictionaryEntry.multiplicity(line[2]), isRetired: line.count > 4)
            return (mask, bits, entry)
        }
    }
}
