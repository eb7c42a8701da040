import DICOM

/// Tags on the wire.
enum TagMap {
    /// The tags of a checked `TagMap` value. More than 50 in one request break the limit of a resource at once.
    static func read(_ value: JSONValue?) throws -> [String: String] {
        var tags: [String: String] = [:]
        for member in value?.object?.members ?? [] {
            tags[member.name] = member.value.string
        }
        guard tags.count <= 50 else {
            throw ServiceError(.validation, "A resource can have at most 50 tags")
        }
        return tags
    }
}
