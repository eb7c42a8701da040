public import HTTPTypes

/// How an operation stands on the wire: what the service model says of it.
public struct OperationInterface: Sendable {
    /// The operation's name in the model.
    public let name: String
    /// The HTTP method it is bound to.
    public let method: HTTPRequest.Method
    /// The path with `{labels}`, as the model writes it.
    public let path: String
    /// What it takes, from wherever in the request.
    public let members: [Member]
    /// The exceptions the model lets it answer.
    public let errors: [ServiceError.Code]

    /// The path's segments.
    let segments: [Segment]

    enum Segment: Sendable, Equatable {
        case literal(String)
        case label(String)
    }

    init(_ name: String, _ method: HTTPRequest.Method, _ path: String, _ members: [Member], errors: [ServiceError.Code])
    {
        self.name = name
        self.method = method
        self.path = path
        self.members = members
        self.errors = errors
        self.segments = path.split(separator: "/").map { part in
            part.hasPrefix("{") ? .label(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The labels of a path that this operation serves; nil for another path.
    ///
    /// The ARN of the tag operations is one segment: its slashes arrive percent-encoded, or, from clients that do not
    /// encode them, as further segments.
    func labels(of path: [String]) -> [String: String]? {
        // Every request comes by most operations: labels are for the one that it is for.
        guard path.count >= segments.count else { return nil }
        for (segment, part) in zip(segments, path) {
            if case .literal(let text) = segment, part != text { return nil }
        }
        var labels: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            guard case .label(let name) = segment else { continue }
            if name == "resourceArn" {
                labels[name] = path[index...].joined(separator: "/")
                return labels
            }
            labels[name] = path[index]
        }
        return path.count == segments.count ? labels : nil
    }
}
