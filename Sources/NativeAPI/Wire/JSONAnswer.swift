import DICOM
import Exchange
import HTTPTypes
import ImageSets
import NIOCore

/// Builds the JSON object of an answer; absent values leave their member out.
struct JSONAnswer {
    private(set) var json = JSONWriter()

    init() {
        json.beginObject()
    }

    mutating func put(_ key: String, _ value: String?) {
        guard let value else { return }
        json.name(key)
        json.string(value)
    }

    mutating func put(_ key: String, _ value: Int?) {
        guard let value else { return }
        json.name(key)
        json.number(value)
    }

    mutating func put(_ key: String, _ value: Bool?) {
        guard let value else { return }
        json.name(key)
        json.boolean(value)
    }

    mutating func put(_ key: String, _ value: Timestamp?) {
        guard let value else { return }
        json.name(key)
        json.json(WireTimestamp.text(value).utf8)
    }

    /// JSON text that was checked when it came in.
    mutating func put(_ key: String, rawJSON text: String?) {
        guard let text else { return }
        json.name(key)
        json.json(text.utf8)
    }

    mutating func put(_ key: String, object build: (inout JSONAnswer) throws -> Void) rethrows {
        json.name(key)
        json.json(try Self.object(build))
    }

    mutating func put<Element>(
        _ key: String, _ elements: [Element], _ build: (inout JSONAnswer, Element) throws -> Void
    ) rethrows {
        json.name(key)
        json.beginArray()
        for element in elements {
            json.json(try Self.object { try build(&$0, element) })
        }
        json.endArray()
    }

    private static func object(_ build: (inout JSONAnswer) throws -> Void) rethrows -> [UInt8] {
        var answer = JSONAnswer()
        try build(&answer)
        answer.json.endObject()
        return answer.json.bytes
    }

    /// A 200 answer with the object.
    static func response(_ build: (inout JSONAnswer) throws -> Void) rethrows -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .bytes(ByteBuffer(bytes: try object(build))))
    }
}
