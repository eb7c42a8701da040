import DICOM
import Exchange
import ImageSets
import NIOCore

/// A request whose members have all been taken from their places and checked against the model.
struct BoundRequest {
    private let values: [String: JSONValue]

    /// Takes the members of `interface` from path, query and body, and checks every one.
    ///
    /// Operations without a body ignore one: real clients send stray JSON.
    init(_ request: Request, labels: [String: String], interface: OperationInterface) async throws {
        var body = ByteBuffer()
        if interface.members.contains(where: \.isInBody) {
            do {
                body = try await request.body.collect(upTo: Self.bodyLimit)
            } catch let error as ExchangeError where error.code == .bodyTooLarge {
                throw ServiceError(.validation, error.message, cause: error)
            }
        }
        try self.init(labels: labels, query: request.query, body: body, interface: interface)
    }

    /// As ``init(_:labels:interface:)``, from a body that is all there.
    init(labels: [String: String], query: Query, body: ByteBuffer, interface: OperationInterface) throws {
        var values: [String: JSONValue] = [:]
        for member in interface.members {
            switch member.location {
            case .path: values[member.name] = labels[member.wireName].map { .string($0) }
            case .query: values[member.name] = try Self.queryValue(of: member, in: query)
            case .body, .payload: break
            }
        }
        let inBody = interface.members.filter(\.isInBody)
        if !inBody.isEmpty {
            let body = try Self.json(of: body)
            if let payload = inBody.first(where: { $0.location == .payload }) {
                values[payload.name] = body?.unlessNull
            } else if let object = (body ?? [:]).object {
                for member in inBody { values[member.name] = object[member.wireName]?.unlessNull }
            } else {
                throw ServiceError(.validation, "The request body must be a JSON object")
            }
        }
        self.values = values
        try Validation.check(self.values, of: interface.members)
    }

    /// The largest JSON body any operation takes; payload limits of their own are below it.
    private static let bodyLimit = 1 << 20

    private static func json(of buffer: ByteBuffer) throws -> JSONValue? {
        guard buffer.readableBytes > 0 else { return nil }
        do {
            return try JSONValue(buffer.readableBytesView)
        } catch {
            throw ServiceError(.validation, "The request body is not valid JSON", cause: error)
        }
    }

    private static func queryValue(of member: Member, in query: Query) throws -> JSONValue? {
        if case .list = member.shape {
            let all = query.all(member.wireName)
            return all.isEmpty ? nil : .array(all.map { .string($0) })
        }
        guard let text = query.first(member.wireName) else { return nil }
        switch member.shape {
        case .integer: return Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case .boolean:
            switch text {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: throw ServiceError(.validation, "Value at '\(member.name)' must be true or false")
            }
        default: return .string(text)
        }
    }

    subscript(name: String) -> JSONValue? {
        values[name]
    }

    func text(_ name: String) -> String? {
        values[name]?.string
    }

    func integer(_ name: String) -> Int? {
        values[name]?.integer
    }

    /// A resource id. One that fits the model's pattern but is none of ours names nothing.
    func id<Kind>(_ name: String, _ resource: String) throws -> ResourceID<Kind> {
        guard let id = ResourceID<Kind>(text(name) ?? "") else {
            throw ServiceError(.notFound, "\(resource) does not exist")
        }
        return id
    }

    func datastoreID() throws -> DatastoreID {
        try id("datastoreId", "Datastore")
    }

    func imageSetID() throws -> ImageSetID {
        try id("imageSetId", "ImageSet")
    }

    /// An image set version, where one is named.
    func version() throws -> Int? {
        try text("versionId").map(Self.versionNumber)
    }

    /// An image set version that has to be named.
    func version(_ name: String) throws -> Int {
        try Self.versionNumber(text(name) ?? "")
    }

    /// A number too large for any version names none.
    static func versionNumber(_ text: String) throws -> Int {
        guard let number = Int(text) else {
            throw ServiceError(.notFound, "The requested version does not exist")
        }
        return number
    }
}

extension JSONValue {
    /// Itself, but nil for `null`: a member that is null is absent.
    fileprivate var unlessNull: JSONValue? {
        if case .null = self { nil } else { self }
    }
}
