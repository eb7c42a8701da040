import Catalog
import DICOM
import Embedded
import Exchange
import Foundation
import HTTPTypes
import NIOCore
import Store
import TestSupport

@testable import NativeAPI

/// The API over an embedded store with one data store, in a temporary folder.
struct NativeAPIFixture {
    let store: Store
    let datastore: Datastore
    private let api: NativeAPI

    /// An answer of the API.
    struct Answer: Equatable {
        var status: Int
        var headers: HTTPFields
        var json: JSONValue

        var message: String? { json["message"]?.string }
        var errorType: String? { headers[.errorType] }
    }

    /// Runs with a fresh store and removes it; its clock goes one second forward with every look at it.
    static func run(_ body: (NativeAPIFixture) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("native-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        let clock = SteppingClock(step: 1_000)
        let store = try await Store.open(
            configuration,
            environment: StoreEnvironment(
                now: { clock.now }, random128: { UInt128.random(in: 0...UInt128.max) }),
            engines: EmbeddedEngines(DataDirectory(folder)))
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        try await body(NativeAPIFixture(store: store, datastore: datastore, api: NativeAPI(store: store)))
        try await store.close()
    }

    /// Performs a request; nil when no operation serves it.
    func send(_ method: HTTPRequest.Method, _ target: String, _ body: String = "") async throws -> Answer? {
        let request = try Request(
            method: method, target: RequestTarget(target), headers: [:],
            body: RequestBody(ByteBuffer(string: body)), origin: "http://store",
            principal: Principal(accessKeyID: "", arn: "", accountID: ""), requestID: "id")
        guard let route = api.route(method, request.path) else { return nil }
        let (response, _) = await api.respond(to: request, by: route)
        guard case .bytes(let buffer) = response.body else {
            return Answer(status: response.status.code, headers: response.headers, json: .null)
        }
        return Answer(
            status: response.status.code, headers: response.headers,
            json: (try? JSONValue(buffer.readableBytesView)) ?? .null)
    }

    /// Searches image sets.
    func search(_ criteria: String = "", _ query: String = "") async throws -> Answer {
        let path = "/datastore/\(datastore.id)/searchImageSets\(query.isEmpty ? "" : "?" + query)"
        return try await send(.post, path, criteria) ?? Answer(status: 0, headers: [:], json: .null)
    }

    /// Imports an instance of a series of its own.
    func ingest(_ number: Int, _ change: (inout TestInstance) -> Void = { _ in }) async throws {
        var instance = TestInstance.numbered(number)
        instance.series = "1.2.\(number)"
        change(&instance)
        let session = try await datastore.beginIngest(for: .request)
        _ = try await session.commit([session.stage(MemoryBytes(try instance.file()))])
        await session.close()
    }
}
