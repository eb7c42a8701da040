/// The registry of unique identifiers (PS3.6 annex A): transfer syntaxes and SOP classes.
public enum UIDDictionary {
    /// What a UID stands for.
    public enum Kind: Sendable {
        case transferSyntax, sopClass, metaSOPClass
    }

    /// One registered UID.
    public struct Entry: Sendable {
        /// The UID.
        public let uid: String
        /// What it stands for.
        public let kind: Kind
        /// The name as PS3.6 prints it: `CT Image Storage`.
        public let name: String
        /// The keyword: `CTImageStorage`; empty for a few old ones.
        public let keyword: String
        /// Whether the standard has withdrawn it.
        public let isRetired: Bool

        /// Whether it is a SOP class whose instances are stored: images, reports, waveforms.
        public var isStorageClass: Bool {
            kind == .sopClass && name.contains("Storage") && !name.contains("Storage Commitment")
                && !name.contains("Media Storage Directory")
        }
    }

    /// The entry of `uid`; nil for private and unknown UIDs and those of other kinds.
    public static func entry(for uid: String) -> Entry? {
        entries[uid]
    }

    /// The name of `uid`, such as `CT Image Storage`; nil when it is not registered.
    public static func name(of uid: String) -> String? {
        entries[uid]?.name
    }

    /// All entries, in no order.
    public static var all: some Collection<Entry> {
        entries.values
    }

    /// `1.2.840.10008.1.2 T- ImplicitVRLittleEndian Implicit VR Little Endian`
    private static let entries: [String: Entry] = {
        var entries: [String: Entry] = [:]
        for line in PackedTable(table) {
            let fields = line.map(\.string)
            let kind: Kind =
                switch fields[1].first {
                case "T": .transferSyntax
                case "S": .sopClass
                default: .metaSOPClass
                }
            entries[fields[0]] = Entry(
                uid: fields[0], kind: kind, name: fields[3...].joined(separator: " "),
                keyword: fields[2] == "-" ? "" : fields[2], isRetired: fields[1].hasSuffix("R"))
        }
        return entries
    }()
}
