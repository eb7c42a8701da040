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
        let file = try await instance.partTen(as: choice.form)
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

    /// The form of the first member of Accept that can be had; 406 when there is none.
    private static func choose(
        _ accept: AcceptHeader, _ instance: StoredInstance
    ) throws -> (form: FrameForm, isMultipart: Bool) {
        for range in accept.ranges {
            let isMultipart = range.essence == "multipart/related" || range.essence == "multipart/*"
            let type = isMultipart ? range.parameters["type"]?.lowercased() ?? "application/dicom" : range.essence
            guard MediaType(type).covers("application/dicom") else { continue }
            switch range.parameters["transfer-syntax"] {
            case nil:
                return (instance.isDecodable ? .explicitLittleEndian : .stored, isMultipart)
            case "*"?, instance.storedTransferSyntaxUID?:
                return (.stored, isMultipart)
            case TransferSyntax.explicitVRLittleEndian.uid? where instance.isDecodable:
                return (.explicitLittleEndian, isMultipart)
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
