/// A JSON value (RFC 8259), numbers as they were written.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number, with its digits.
    case number(JSONNumber)
    /// Text, unescaped.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Named values in order.
    case object(JSONObject)

    /// The text of a string; nil for other values.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A number that is whole; nil for other values.
    public var integer: Int? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    /// A number; nil for other values.
    public var double: Double? {
        if case .number(let number) = self { number.double } else { nil }
    }

    /// A truth value; nil for other values.
    public var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    /// The elements of an array; nil for other values.
    public var array: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members of an object; nil for other values.
    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The member `name` of an object; nil when there is none, or no object.
    public subscript(name: String) -> JSONValue? {
        object?[name]
    }
}

/// A JSON number by its digits, so that none is lost: `1.50` stays `1.50`. Equal when written alike.
public struct JSONNumber: Sendable, Equatable {
    /// The number as in the text.
    public let text: String

    /// A number by its text, which is taken to be one of RFC 8259 section 6.
    init(text: String) {
        self.text = text
    }

    /// A whole number.
    public init(_ value: Int) {
        text = String(value)
    }

    /// The value if it is whole, also when written with a fraction or an exponent (`2.0`, `1e3`), and fits.
    public var integer: Int? {
        if let integer = Int(text) { return integer }
        guard let double = Double(text), double.magnitude <= 0x1p53 else { return nil }
        let integer = Int(double)
        return Double(integer) == double ? integer : nil
    }

    /// The nearest double; nil when it is beyond the greatest.
    public var double: Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}

/// A JSON object: members in the order of the text, each name once.
public struct JSONObject: Sendable, Equatable {
    /// A name with its value.
    public struct Member: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value.
        public var value: JSONValue

        /// The parts as given.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The members.
    public internal(set) var members: [Member]

    /// An object of members whose names differ.
    public init(members: [Member]) {
        self.members = members
    }

    /// The value of the member `name`; setting adds the member, or with nil removes it.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (newValue, index) {
            case (let value?, let index?): members[index].value = value
            case (let value?, nil): members.append(Member(name, value))
            case (nil, let index?): members.remove(at: index)
            case (nil, nil): break
            }
        }
    }

    /// Whether there are no members.
    public var isEmpty: Bool {
        members.isEmpty
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object; of two members with the same name the later stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject(members: [])
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}
