/// Builds JSON text (RFC 8259) by appending, in UTF-8.
///
/// Commas are put where they belong; the order of calls is the caller's: a ``name(_:)`` before each value in an object,
/// none in an array, as many ends as beginnings. Whatever the values are, the text is valid UTF-8.
public struct JSONWriter: Sendable {
    /// The text so far.
    public internal(set) var bytes: [UInt8] = []
    /// Whether a value stands before the next one in the same object or array.
    var needsComma = false

    /// A writer without text, with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Hands over the text so far; what is written next goes on after it.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Opens an object.
    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes the innermost object.
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array.
    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Closes the innermost array.
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The name of the member whose value comes next.
    public mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The keyword of a tag as the name of the member whose value comes next; false, and nothing is written, when it has
    /// none (``Tag/keyword``).
    public mutating func name(keywordOf tag: Tag) -> Bool {
        guard let keyword = DataDictionary.keyword(of: tag) else { return false }
        separate()
        bytes.append(UInt8(ascii: "\""))
        // Letters and digits: nothing to escape.
        bytes.append(contentsOf: keyword.bytes)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        return true
    }

    /// `true` or `false`.
    public mutating func boolean(_ value: Bool) {
        separate()
        literal(value ? "true" : "false")
    }

    /// `null`.
    public mutating func null() {
        separate()
        literal("null")
    }

    /// A value that is JSON text already, taken as it is.
    public mutating func json(_ text: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
    }

    /// A value read before; its numbers keep their digits.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let value): boolean(value)
        case .number(let number): json(number.text.utf8)
        case .string(let text): string(text)
        case .array(let values):
            beginArray()
            for value in values { self.value(value) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// Puts the comma before a value, if one is due, and has one put before the next.
    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Appends ASCII text as it is.
    mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}

extension JSONWriter {
    /// A member that is a string.
    public mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    /// A member that is a whole number.
    public mutating func member(_ name: String, _ value: some BinaryInteger) {
        self.name(name)
        number(value)
    }

    /// A member that is a truth value.
    public mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        boolean(value)
    }

    /// A member that is an object, with what `content` writes.
    public mutating func object<Failure: Error>(
        _ name: String, _ content: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.name(name)
        beginObject()
        try content(&self)
        endObject()
    }

    /// A member that is an array, with what `content` writes.
    public mutating func array<Failure: Error>(
        _ name: String, _ content: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.name(name)
        beginArray()
        try content(&self)
        endArray()
    }
}
