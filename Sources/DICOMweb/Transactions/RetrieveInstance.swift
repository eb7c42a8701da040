import DICOM
import Exchange
import HTTPTypes
import NIOCore
import Store

/// WADO-RS instance (PS3.18 10.4.1.1.3): a P10 file, streamed.
struct RetrieveInstance: Transaction {
    static let patterns = [
        PathPattern(.get, "studies/{study}/series/{series}/instances/{instance}", action: "GetDICOMInstance")
    ]

    static func perform(_ context: TransactionContext) async throws -> Response {
        let instance = try await context.instance()
        let choice = try choose(
            AcceptHeader(context.request.headers[.accept], query: context.request.query.all("accept")), instance)
        let file = try await file(of: instance, choice)
        let contentType = "application/dicom; transfer-syntax=\(file.transferSyntaxUID)"
        guard choice.isMultipart else {
            return Response(
                status: .ok, headers: [.contentType: contentType, .cacheControl: "private"],
                body: .stream(length: file.length) { writer in
                    try await file.write { try await writer.write($0) }
                })
        }
        let multipart = MultipartWriter(boundary: context.request.requestID)
        let head = multipart.header(contentType: contentType)
        let length = file.length + head.readableBytes + multipart.end.readableBytes
        return Response(
            status: .ok,
            headers: [.contentType: multipart.contentType(of: "application/dicom"), .cacheControl: "private"],
            body: .stream(length: length) { writer in
                try await writer.write(head)
                try await file.write { try await writer.write($0) }
                try await writer.write(multipart.end)
            })
    }

    private struct Choice {
        var form: FrameForm
        var isMultipart: Bool
        /// Whether the client left the transfer syntax to us.
        var isOurs = false
    }

    /// The file in the chosen form; as stored when the choice was ours and the frames turn out not to decode.
    private static func file(of instance: StoredInstance, _ choice: Choice) async throws -> PartTenStream {
        do {
            return try await instance.partTen(as: choice.form)
        } catch let error as StoreError where choice.isOurs && error.code == .notAcceptable {
            return try await instance.partTen(as: .stored)
        }
    }

    /// The form of the first member of Accept that can be had; 406 when there is none.
    private static func choose(_ accept: AcceptHeader, _ instance: StoredInstance) throws -> Choice {
        for range in accept.ranges {
            let isMultipart = range.essence == "multipart/related" || range.essence == "multipart/*"
            let type = isMultipart ? range.parameters["type"]?.lowercased() ?? "application/dicom" : range.essence
            guard MediaType(type).covers("application/dicom") else { continue }
            switch range.parameters["transfer-syntax"] {
            case nil:
                return Choice(
                    form: instance.isDecodable ? .explicitLittleEndian : .stored, isMultipart: isMultipart,
                    isOurs: true)
            case "*"?, instance.storedTransferSyntaxUID?:
                return Choice(form: .stored, isMultipart: isMultipart)
            case TransferSyntax.explicitVRLittleEndian.uid? where instance.isDecodable:
                return Choice(form: .explicitLittleEndian, isMultipart: isMultipart)
            default:
                continue
            }
        }
        throw DICOMwebError(
            .notAcceptable,
            "The instance is available as application/dicom in transfer syntax \(instance.storedTransferSyntaxUID)"
                + (instance.isDecodable ? " and 1.2.840.10008.1.2.1" : ""))
    }
}
