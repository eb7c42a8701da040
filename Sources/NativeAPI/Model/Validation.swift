import DICOM

/// Checks values against the model and words what is wrong as the service does.
enum Validation {
    /// Throws one ValidationException that lists everything wrong with the members.
    static func check(_ values: [String: JSONValue], of members: [Member]) throws {
        var faults: [String] = []
        for member in members {
            check(values[member.name], member, path: member.name, &faults)
        }
        guard !faults.isEmpty else { return }
        let count = faults.count == 1 ? "1 validation error detected" : "\(faults.count) validation errors detected"
        throw ServiceError(.validation, "\(count): " + faults.prefix(10).joined(separator: "; "))
    }

    private static func check(_ value: JSONValue?, _ member: Member, path: String, _ faults: inout [String]) {
        guard let value, value != .null else {
            if member.isRequired {
                faults.append("Value null at '\(path)' failed to satisfy constraint: Member must not be null")
            }
            return
        }
        check(value, member.shape, path: path, &faults)
    }

    private static func check(_ value: JSONValue, _ shape: Shape, path: String, _ faults: inout [String]) {
        func fault(_ shown: String?, _ rule: String) {
            let value = shown.map { "Value '\($0)'" } ?? "Value"
            faults.append("\(value) at '\(path)' failed to satisfy constraint: \(rule)")
        }
        switch (shape, value) {
        case (.string(let pattern, let length, let isSensitive), .string(let text)):
            let shown = isSensitive ? nil : String(text.prefix(256))
            if let length, !length.contains(text.unicodeScalars.count) {
                let isShort = text.unicodeScalars.count < length.lowerBound
                fault(
                    shown,
                    isShort
                        ? "Member must have length greater than or equal to \(length.lowerBound)"
                        : "Member must have length less than or equal to \(length.upperBound)")
            }
            if let pattern, !pattern.matches(text) {
                fault(shown, "Member must satisfy regular expression pattern: \(pattern.text)")
            }
        case (.blob(let length, _), .string(let text)):
            guard let bytes = Base64.decode(text) else {
                fault(nil, "Member must be base64")
                return
            }
            if let length, bytes.count < length.lowerBound {
                fault(nil, "Member must have length greater than or equal to \(length.lowerBound)")
            } else if let length, bytes.count > length.upperBound {
                fault(nil, "Member must have length less than or equal to \(length.upperBound)")
            }
        case (.enumeration(let cases), .string(let text)):
            if !cases.contains(text) {
                fault(
                    String(text.prefix(256)),
                    "Member must satisfy enum value set: [\(cases.joined(separator: ", "))]")
            }
        case (.integer(let range), .number(let written)):
            let text = String(written.text.prefix(64))
            guard let number = written.integer else {
                fault(text, "Member must be an integer")
                return
            }
            if let range, number < range.lowerBound {
                fault(text, "Member must have value greater than or equal to \(range.lowerBound)")
            } else if let range, number > range.upperBound {
                fault(text, "Member must have value less than or equal to \(range.upperBound)")
            }
        case (.boolean, .boolean): break
        case (.timestamp, .number), (.timestamp, .string):
            if WireTimestamp.read(value) == nil { fault(nil, "Member must be a timestamp") }
        case (.list(let element, let count), .array(let values)):
            if let count, !count.contains(values.count) {
                fault(
                    nil,
                    values.count < count.lowerBound
                        ? "Member must have length greater than or equal to \(count.lowerBound)"
                        : "Member must have length less than or equal to \(count.upperBound)")
            }
            // A list that is far too long is told by its count; its elements add nothing.
            for (index, value) in values.prefix(1_000).enumerated() {
                check(value, element, path: "\(path).\(index + 1).member", &faults)
            }
        case (.map(let key, let valueShape), .object(let object)):
            for entry in object.members.prefix(1_000) {
                check(.string(entry.name), key, path: path, &faults)
                check(entry.value, valueShape, path: "\(path).\(entry.name.prefix(128)).member", &faults)
            }
        case (.structure(let members, let isUnion), .object(let object)):
            if isUnion, members.count(where: { (object[$0.wireName] ?? .null) != .null }) != 1 {
                fault(nil, "Member must have exactly one of its members set")
            }
            for member in members {
                check(object[member.wireName], member, path: "\(path).\(member.name)", &faults)
            }
        default:
            fault(nil, "Member has a value of the wrong type")
        }
    }
}
