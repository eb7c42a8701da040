import Catalog
import DICOM
import Embedded
import Exchange
import Foundation
import HTTPTypes
import NIOCore
import Store
import Synchronization
import TestSupport

@testable import DICOMweb

/// The API over an embedded store with one data store, in a temporary folder.
struct DICOMwebFixture {
    let store: Store
    let datastore: Datastore
    private let api: DICOMweb

    /// An answer with its body taken in.
    struct Answer {
        var status: Int
        var headers: HTTPFields
        var body: [UInt8]
        var failure: (any Error)?

        var text: String { String(decoding: body, as: UTF8.self) }
        var contentType: String { headers[.contentType] ?? "" }

        /// The data sets of a DICOM JSON body.
        func dataSets() throws -> [DataSet] { try DICOMJSON.decodeAll(body) }
    }

    /// Runs with a fresh store and removes it.
    static func run(
        _ configure: (inout StoreConfiguration) -> Void = { _ in },
        _ body: (DICOMwebFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dicomweb-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        configure(&configuration)
        let clock = SteppingClock()
        let store = try await Store.open(
            configuration,
            environment: StoreEnvironment(
                now: { clock.now }, random128: { UInt128.random(in: 0...UInt128.max) }),
            engines: EmbeddedEngines(DataDirectory(folder)))
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        try await body(DICOMwebFixture(store: store, datastore: datastore, api: DICOMweb(store: store)))
        try await store.close()
    }

    /// Performs a request below the data store; nil when no transaction serves it.
    func send(
        _ method: HTTPRequest.Method = .get, _ target: String, _ headers: HTTPFields = [:],
        body: RequestBody = RequestBody(ByteBuffer())
    ) async throws -> Answer? {
        let request = try Request(
            method: method, target: RequestTarget("/datastore/\(datastore.id)/\(target)"), headers: headers, body: body,
            origin: "http://store", principal: Principal(accessKeyID: "", arn: "", accountID: ""), requestID: "id")
        guard let route = api.route(method, request.path) else { return nil }
        let (response, failure) = await api.respond(to: request, by: route)
        var answer = Answer(
            status: response.status.code, headers: response.headers, body: [], failure: failure)
        switch response.body {
        case .empty: break
        case .bytes(let buffer): answer.body = Array(buffer.readableBytesView)
        case .stream(let length, let write):
            let taken = Taken()
            var writer: any ResponseWriter = taken
            try await write(&writer)
            answer.body = taken.bytes.withLock { $0 }
            if let length, length != answer.body.count { throw WrongLength() }
        }
        return answer
    }

    struct WrongLength: Error {}

    private final class Taken: ResponseWriter {
        let bytes = Mutex<[UInt8]>([])
        func write(_ buffer: ByteBuffer) async throws {
            bytes.withLock { $0 += Array(buffer.readableBytesView) }
        }
    }

    /// Stores instances by one STOW request.
    func stow(_ instances: [TestInstance], to path: String = "studies") async throws -> Answer? {
        let parts = try instances.map {
            "--b\r\nContent-Type: application/dicom\r\n\r\n".utf8 + (try $0.file()) + "\r\n".utf8
        }
        return try await send(
            .post, path, [.contentType: "multipart/related; type=\"application/dicom\"; boundary=b"],
            body: RequestBody(ByteBuffer(bytes: parts.flatMap { $0 } + Array("--b--".utf8))))
    }

    /// A body of these pieces, which fails at its end where told.
    static func body(_ pieces: [[UInt8]], declared: Int? = nil, failing: ExchangeError? = nil) -> RequestBody {
        RequestBody(declaredLength: declared) {
            let rest = Mutex(pieces[...])
            return {
                if let piece = rest.withLock({ $0.popFirst() }) { return ByteBuffer(bytes: piece) }
                if let failing { throw failing }
                return nil
            }
        }
    }
}
