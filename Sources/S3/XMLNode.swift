/// One element of the small documents that S3 answers with; attributes, comments and processing instructions are passed
/// over.
///
/// Read here, not by FoundationXML, which would bring libxml2 into the process for four documents of a dozen element names.
struct XMLNode {
    /// The name without prefix.
    let name: String
    /// The text in it, that of its children left out.
    fileprivate(set) var text = ""
    fileprivate(set) var children: [XMLNode] = []

    /// The first child of that name.
    subscript(name: String) -> XMLNode? {
        children.first { $0.name == name }
    }

    /// All children of that name.
    func all(_ name: String) -> [XMLNode] {
        children.filter { $0.name == name }
    }

    /// The root of a document; nil for what is not well-formed, nested deeper than S3 nests, or has a document type
    /// declaration: S3 has none, and entities are a way to make much of little.
    init?(document: [UInt8]) {
        var reader = XMLReader(document)
        guard let root = reader.root() else { return nil }
        self = root
    }

    fileprivate init(name: String) {
        self.name = name
    }
}

/// Reads one document; every method answers nil for what is not well-formed.
private struct XMLReader {
    private static let maximumDepth = 16

    private let bytes: [UInt8]
    private var place = 0
    private var open: [XMLNode] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func root() -> XMLNode? {
        var root: XMLNode?
        while place < bytes.count {
            if bytes[place] != UInt8(ascii: "<") {
                guard takeText() else { return nil }
            } else if takes("<?") {
                guard skip(past: "?>") else { return nil }
            } else if takes("<!--") {
                guard skip(past: "-->") else { return nil }
            } else if takes("<![CDATA[") {
                guard takeCharacterData() else { return nil }
            } else if takes("</") {
                guard let closed = takeEnd() else { return nil }
                if open.isEmpty { root = closed } else { open[open.count - 1].children.append(closed) }
            } else {
                // One root, and no declaration.
                guard root == nil, !takes("<!"), open.count < Self.maximumDepth, let node = takeStart() else {
                    return nil
                }
                if node.isClosed {
                    if open.isEmpty { root = node.node } else { open[open.count - 1].children.append(node.node) }
                } else {
                    open.append(node.node)
                }
            }
        }
        return open.isEmpty ? root : nil
    }

    /// `name attribute="…">` or `name/>`, behind `<`.
    private mutating func takeStart() -> (node: XMLNode, isClosed: Bool)? {
        place += 1
        guard let name = takeName() else { return nil }
        var quote: UInt8?
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return (XMLNode(name: name), bytes[place - 2] == UInt8(ascii: "/"))
            } else if byte == UInt8(ascii: "<") {
                return nil
            }
        }
        return nil
    }

    /// `name>`, behind `</`: the element it closes.
    private mutating func takeEnd() -> XMLNode? {
        guard let name = takeName(), let node = open.popLast(), node.name == name else { return nil }
        while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: ">") else { return nil }
        place += 1
        return node
    }

    /// A name, without its prefix.
    private mutating func takeName() -> String? {
        let start = place
        while place < bytes.count, !Self.isSpace(bytes[place]), !"/><=".utf8.contains(bytes[place]) { place += 1 }
        let local = bytes[start..<place].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last
        guard let local, !local.isEmpty else { return nil }
        return String(validating: local, as: UTF8.self)
    }

    private mutating func takeText() -> Bool {
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
        return append(bytes[start..<place], hasEntities: true)
    }

    private mutating func takeCharacterData() -> Bool {
        let start = place
        guard skip(past: "]]>") else { return false }
        return append(bytes[start..<place - 3], hasEntities: false)
    }

    private mutating func append(_ raw: ArraySlice<UInt8>, hasEntities: Bool) -> Bool {
        guard !open.isEmpty else { return raw.allSatisfy(Self.isSpace) }
        guard let resolved = hasEntities ? Self.resolve(raw) : raw,
            let text = String(validating: resolved, as: UTF8.self)
        else { return false }
        open[open.count - 1].text += text
        return true
    }

    /// The text with its references replaced: the five that XML knows and character numbers.
    private static func resolve(_ raw: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard raw.contains(UInt8(ascii: "&")) else { return raw }
        var result: [UInt8] = []
        var rest = raw
        while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += rest[..<ampersand]
            guard let end = rest[ampersand...].firstIndex(of: UInt8(ascii: ";")),
                let character = character(String(decoding: rest[(ampersand + 1)..<end], as: UTF8.self))
            else { return nil }
            result += String(character).utf8
            rest = rest[(end + 1)...]
        }
        return (result + rest)[...]
    }

    private static func character(_ reference: String) -> Unicode.Scalar? {
        switch reference {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        default:
            if reference.hasPrefix("#x") {
                UInt32(reference.dropFirst(2), radix: 16).flatMap { Unicode.Scalar($0) }
            } else if reference.hasPrefix("#") {
                UInt32(reference.dropFirst()).flatMap { Unicode.Scalar($0) }
            } else {
                nil
            }
        }
    }

    private mutating func takes(_ word: StaticString) -> Bool {
        let isHere = word.withUTF8Buffer { bytes[place...].starts(with: $0) }
        if isHere { place += word.utf8CodeUnitCount }
        return isHere
    }

    private mutating func skip(past word: StaticString) -> Bool {
        while place < bytes.count {
            if takes(word) { return true }
            place += 1
        }
        return false
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
