import Foundation

/// JSON text as a tree, for comparing documents by structure and type rather than by bytes.
indirect enum JSONNode: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONNode])
    case object([String: JSONNode])

    /// Parses `bytes`; throws where they are not valid JSON.
    init(_ bytes: some Sequence<UInt8>) throws {
        self = try JSONNode(foundation: JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed))
    }

    private init(foundation: Any) throws {
        switch foundation {
        case let object as [String: Any]: self = .object(try object.mapValues(JSONNode.init(foundation:)))
        case let array as [Any]: self = .array(try array.map(JSONNode.init(foundation:)))
        case let string as String: self = .string(string)
        case is NSNull: self = .null
        case let number as NSNumber:
            self = type(of: foundation) == Bool.self ? .bool(number.boolValue) : .number(number.doubleValue)
        default: throw CocoaError(.coderInvalidValue)
        }
    }

    /// The member `key` of an object.
    subscript(_ key: String) -> JSONNode? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The members of an object; empty for anything else.
    var members: [String: JSONNode] {
        if case .object(let members) = self { members } else { [:] }
    }

    /// The elements of an array; empty for anything else.
    var elements: [JSONNode] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The text of a string.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a number.
    var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The places where `other` differs, as paths.
    func differences(from other: JSONNode, at path: String = "") -> [String] {
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            return Set(mine.keys).union(theirs.keys).sorted().flatMap { key in
                let place = "\(path)/\(key)"
                guard let left = mine[key] else { return ["\(place): missing"] }
                guard let right = theirs[key] else { return ["\(place): extra"] }
                return left.differences(from: right, at: place)
            }
        case (.array(let mine), .array(let theirs)) where mine.count == theirs.count:
            return zip(mine, theirs).enumerated().flatMap { index, pair in
                pair.0.differences(from: pair.1, at: "\(path)[\(index)]")
            }
        default:
            return self == other ? [] : ["\(path): \(self) instead of \(other)"]
        }
    }
}
