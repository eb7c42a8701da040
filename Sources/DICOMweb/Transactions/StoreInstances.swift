import Catalog
import DICOM
import Exchange
import HTTPTypes
import NIOCore
import Store

/// STOW-RS (PS3.18 10.5): stores the instances of a request, all bytes durable before the answer.
struct StoreInstances: Transaction {
    static let patterns = [
        PathPattern(.post, "studies", action: "StoreDICOM"),
        PathPattern(.post, "studies/{study}", action: "StoreDICOMStudy"),
    ]
    static let streamsBody = true

    static func perform(_ context: TransactionContext) async throws -> Response {
        let study = context.labels["study"] == nil ? nil : try context.uid("study")
        let type = try requestType(context.request)
        // Both are known before a byte is read: a client that waits to be let in need not send the body.
        try StoreResponse.requireAcceptable(context.request)
        let limit = context.store.configuration.quotas.storeRequestBytes
        if let length = context.request.body.declaredLength, Int64(length) > limit { throw PartIntake.tooLarge(limit) }
        let session = try await context.datastore.beginIngest(for: .request)
        do {
            let stored = try await store(context, type, study: study, session: session)
            await session.close()
            return stored
        } catch {
            await session.close()
            throw error
        }
    }

    /// How the instances come.
    private enum RequestType {
        case single
        case multipart(boundary: String)
    }

    private static func requestType(_ request: Request) throws -> RequestType {
        guard let type = MediaType(parsing: request.headers[.contentType] ?? "") else {
            throw DICOMwebError(.unsupportedMediaType, "The request needs a Content-Type")
        }
        switch type.essence {
        case "application/dicom":
            return .single
        case "multipart/related":
            // Some clients leave `type` out (quirk Q12); where it stands it must be DICOM.
            if let part = type.parameters["type"], part.lowercased() != "application/dicom" {
                throw DICOMwebError(.unsupportedMediaType, "Parts of type \(part) are not supported")
            }
            guard let boundary = type.parameters["boundary"] else {
                throw DICOMwebError(.badRequest, "The multipart Content-Type lacks a boundary")
            }
            return .multipart(boundary: boundary)
        default:
            throw DICOMwebError(.unsupportedMediaType, "The media type \(type.essence) is not supported")
        }
    }

    private static func store(
        _ context: TransactionContext, _ type: RequestType, study: String?, session: IngestSession
    ) async throws -> Response {
        var intake = PartIntake(
            session: session, study: study, spoolDirectory: context.store.configuration.spoolDirectory,
            byteLimit: context.store.configuration.quotas.storeRequestBytes)
        switch type {
        case .single:
            for try await buffer in context.request.body where buffer.readableBytes > 0 {
                try intake.count(buffer)
                if intake.isBetweenParts {
                    let count = context.request.body.declaredLength
                    try intake.beginPart(contentType: "application/dicom", expecting: count)
                }
                try intake.append(buffer)
            }
            try await intake.endPart()
        case .multipart(let boundary):
            var reader = try MultipartReader(boundary: boundary)
            for try await buffer in context.request.body {
                try intake.count(buffer)
                for event in try reader.read(buffer) {
                    switch event {
                    case .begin(let headers): try intake.beginPart(contentType: headers["content-type"])
                    case .data(let data): try intake.append(data)
                    case .end: try await intake.endPart()
                    }
                }
            }
            try reader.finish()
        }
        guard !intake.results.isEmpty else {
            throw DICOMwebError(.badRequest, "The request holds no instance")
        }
        // The body has ended without an error: it is what the client signed. Only now may anything become visible.
        let staged = intake.results.compactMap { if case .success(let staged) = $0 { staged } else { nil } }
        let outcomes = try await session.commit(staged)
        return StoreResponse(context: context, results: intake.results, outcomes: outcomes).response()
    }
}

/// Takes the parts of a STOW request one by one: spools a part, stages it, remembers what came of it.
struct PartIntake {
    let session: IngestSession
    let study: String?
    let spoolDirectory: String
    let byteLimit: Int64

    private(set) var results: [Result<StagedInstance, RefusedInstance>] = []
    private var part: Spool?
    private var byteCount: Int64 = 0

    init(session: IngestSession, study: String?, spoolDirectory: String, byteLimit: Int64) {
        self.session = session
        self.study = study
        self.spoolDirectory = spoolDirectory
        self.byteLimit = byteLimit
    }

    mutating func beginPart(contentType: String?, expecting count: Int? = nil) throws {
        if let contentType, let type = MediaType(parsing: contentType),
            !["application/dicom", "application/octet-stream"].contains(type.essence)
        {
            throw DICOMwebError(.unsupportedMediaType, "Parts of type \(type.essence) are not supported")
        }
        part = Spool(directory: spoolDirectory, expecting: count)
    }

    /// Counts bytes of the body, whatever they are.
    mutating func count(_ buffer: ByteBuffer) throws {
        byteCount += Int64(buffer.readableBytes)
        guard byteCount <= byteLimit else { throw Self.tooLarge(byteLimit) }
    }

    static func tooLarge(_ limit: Int64) -> DICOMwebError {
        DICOMwebError(.contentTooLarge, "A request can hold at most \(limit) bytes")
    }

    var isBetweenParts: Bool {
        part == nil
    }

    mutating func append(_ buffer: ByteBuffer) throws {
        try part?.append(buffer)
    }

    mutating func endPart() async throws {
        guard let part else { return }
        self.part = nil
        let content = try part.finish()
        do {
            let staged = try await session.stage(content)
            if let study, staged.studyInstanceUID != study {
                results.append(.failure(RefusedInstance(staged, reason: .dataSetMismatch)))
            } else {
                results.append(.success(staged))
            }
        } catch let rejection as ImportRejection {
            results.append(.failure(RefusedInstance(rejection)))
        }
    }
}

/// An instance that was not stored.
struct RefusedInstance: Error, Sendable {
    /// Failure Reason (0008,1197), PS3.18 table I.2.2.
    enum Reason: Int, Sendable {
        case processingFailure = 0x0110
        /// Also for an instance of another study than the path's, for which the standard has no code of its own.
        case dataSetMismatch = 0xA900
        case outOfResources = 0xA700
        case cannotUnderstand = 0xC000
    }

    var sopClassUID: String?
    var sopInstanceUID: String?
    var reason: Reason

    init(_ staged: StagedInstance, reason: Reason) {
        sopClassUID = staged.sopClassUID
        sopInstanceUID = staged.sopInstanceUID
        self.reason = reason
    }

    init(_ rejection: ImportRejection) {
        reason = Reason(rejection.reason)
    }
}

extension RefusedInstance.Reason {
    init(_ reason: ImportRejection.Reason) {
        switch reason {
        case .notUnderstood: self = .cannotUnderstand
        case .ruleBroken: self = .dataSetMismatch
        case .overQuota: self = .outOfResources
        case .processingFailure: self = .processingFailure
        }
    }
}
