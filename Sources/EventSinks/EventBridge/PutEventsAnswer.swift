import DICOM
import Events

/// What EventBridge says to a PutEvents request.
struct PutEventsAnswer {
    /// For each entry, in its order, the code of its refusal; nil when it was taken.
    let refusals: [String?]

    /// Reads the answer to a request of `count` entries.
    init(status: Int, body: [UInt8], count: Int) throws(EventSinkError) {
        let document = try? JSONValue(body)
        guard status == 200 else {
            let code = document?["__type"]?.string.flatMap(Self.code)
            throw EventSinkError("EventBridge answered with status \(status)" + (code.map { ", \($0)" } ?? ""))
        }
        guard let entries = document?["Entries"]?.array, entries.count == count else {
            throw EventSinkError("EventBridge did not answer for every entry")
        }
        refusals = entries.map { entry in
            if entry["EventId"]?.string != nil { return nil }
            return entry["ErrorCode"]?.string.flatMap(Self.code) ?? "an unknown error"
        }
    }

    /// The name of an error, without what may stand before it; nil for what is none.
    private static func code(_ text: String) -> String? {
        let name = text.split(separator: "#").last.map(String.init) ?? text
        let isName = name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) }
        return isName && (1...64).contains(name.utf8.count) ? name : nil
    }
}
