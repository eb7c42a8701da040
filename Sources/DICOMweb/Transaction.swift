import Exchange
import HTTPTypes
import ImageSets
import Store

/// One transaction of DICOMweb. A new one is one file in `Transactions/` and one line in ``Transactions``.
protocol Transaction: Sendable {
    /// The methods and paths it serves, each with the IAM action it is. What is served to GET is served to HEAD.
    static var patterns: [PathPattern] { get }
    /// Whether it reads the request's body to its end.
    static var streamsBody: Bool { get }
    static func perform(_ context: TransactionContext) async throws -> Response
}

extension Transaction {
    static var streamsBody: Bool { false }
}

/// The transactions that are served.
enum Transactions {
    static let all: [any Transaction.Type] = [
        StoreInstances.self,
        SearchStudies.self,
        SearchSeries.self,
        SearchInstances.self,
        RetrieveMetadata.self,
        RetrieveInstance.self,
        RetrieveFrames.self,
        RetrieveBulkData.self,
    ]
}

/// A method and a path below a data store, with `{labels}`.
struct PathPattern: Sendable {
    let method: HTTPRequest.Method
    /// The IAM action that a request of this form is.
    let action: String
    private let segments: [String]

    init(_ method: HTTPRequest.Method, _ path: String, action: String) {
        self.method = method
        self.action = action
        segments = ["datastore", "{datastore}"] + path.split(separator: "/").map(String.init)
    }

    /// The labels of a request of this form; nil for any other.
    func labels(of method: HTTPRequest.Method, _ path: [String]) -> [String: String]? {
        guard method == self.method || method == .head && self.method == .get, path.count == segments.count else {
            return nil
        }
        var labels: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            if segment.hasPrefix("{") {
                labels[String(segment.dropFirst().dropLast())] = part
            } else if segment != part {
                return nil
            }
        }
        return labels
    }
}

/// What a transaction works with.
struct TransactionContext: Sendable {
    let datastore: Datastore
    let store: Store
    let request: Request
    let labels: [String: String]

    /// A UID of the path. Letters are let through: files with such UIDs are imported, with a warning (spec/20).
    func uid(_ label: String) throws -> String {
        let uid = labels[label] ?? ""
        guard !uid.isEmpty, uid.utf8.count <= 256, !uid.utf8.contains(0) else {
            throw DICOMwebError(.badRequest, "The \(label) UID of the path is malformed")
        }
        return uid
    }

    /// The image set that `?imageSetId=` names.
    func imageSet() throws -> ImageSetID? {
        guard let text = request.query.first("imageSetId") else { return nil }
        guard let id = ImageSetID(text) else {
            throw DICOMwebError(.notFound, "The image set does not exist")
        }
        return id
    }

    /// The version of that image set that `&version=` names; nil for the latest.
    func version() throws -> Int? {
        guard let text = request.query.first("version") else { return nil }
        guard try imageSet() != nil else {
            throw DICOMwebError(.badRequest, "version goes with imageSetId")
        }
        guard let number = Int(text), number > 0 else {
            throw DICOMwebError(.notFound, "The version of the image set does not exist")
        }
        return number
    }

    /// The URLs of the data store.
    var urls: RetrieveURL {
        RetrieveURL(origin: request.origin, datastore: datastore.id.description)
    }
}

/// The data store of a path.
enum DatastoreLabel {
    static func read(_ labels: [String: String]) throws -> DatastoreID {
        guard let id = DatastoreID(labels["datastore"] ?? "") else {
            throw DICOMwebError(.notFound, "The data store does not exist")
        }
        return id
    }
}
