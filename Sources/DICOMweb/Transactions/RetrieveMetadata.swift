import Catalog
import DICOM
import Exchange
import FrameCodecs
import HTTPTypes
import ImageSets
import NIOCore
import Store

/// WADO-RS metadata (PS3.18 10.4.1.1.2) of an instance, a series or a study, as DICOM JSON, streamed.
struct RetrieveMetadata: Transaction {
    static let action = "GetDICOMSeriesMetadata"
    static let patterns = [
        PathPattern(.get, "studies/{study}/series/{series}/instances/{instance}/metadata"),
        PathPattern(.get, "studies/{study}/series/{series}/metadata"),
        PathPattern(.get, "studies/{study}/metadata"),
    ]

    static func perform(_ context: TransactionContext) async throws -> Response {
        let accept = AcceptHeader(context.request.headers[.accept], query: context.request.query.all("accept"))
        guard accept.accepts("application/dicom+json") || accept.accepts("application/json") else {
            throw DICOMwebError(.notAcceptable, "Metadata is available as application/dicom+json")
        }
        let instances: [StoredInstance]
        if context.labels["instance"] != nil {
            instances = [try await context.instance()]
        } else {
            instances = try await context.datastore.instances(
                study: context.uid("study"), series: context.labels["series"] == nil ? nil : context.uid("series"),
                imageSet: context.imageSet())
        }
        let document = InstanceDocument(root: context.root, imageSet: try context.imageSet())
        var headers: HTTPFields = [.contentType: "application/dicom+json", .cacheControl: "private"]
        guard AcceptEncoding.allowsGzip(context.request.headers[.acceptEncoding]) else {
            return Response(
                status: .ok, headers: headers,
                body: .stream(length: nil) { writer in
                    for (index, instance) in instances.enumerated() {
                        let bytes = try await document.bytes(of: instance)
                        var buffer = ByteBuffer(string: index == 0 ? "[" : ",")
                        buffer.writeBytes(bytes)
                        try await writer.write(buffer)
                    }
                    try await writer.write(ByteBuffer(string: "]"))
                })
        }
        var text: [UInt8] = [UInt8(ascii: "[")]
        for (index, instance) in instances.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += try await document.bytes(of: instance)
        }
        text.append(UInt8(ascii: "]"))
        headers[.contentEncoding] = "gzip"
        headers[.vary] = "Accept-Encoding"
        return Response(status: .ok, headers: headers, body: .bytes(ByteBuffer(bytes: Gzip.compress(text))))
    }
}

/// Writes one instance as a DICOM JSON object, the way it would be retrieved.
struct InstanceDocument: Sendable {
    let root: String
    let imageSet: ImageSetID?

    func bytes(of instance: StoredInstance) async throws -> [UInt8] {
        let header = try await instance.header()
        var dataSet = instance.dataSet(header)
        // PS3.18 10.4.1.1.2 leaves the pixel data out; the transfer syntax shown is the stored one (spec/40).
        dataSet.set(
            DataElement(.availableTransferSyntaxUID, .UI, instance.storedTransferSyntaxUID))
        let base =
            "\(root)/studies/\(instance.grouping.studyInstanceUID)/series/\(instance.grouping.seriesInstanceUID)"
            + "/instances/\(instance.record.attributes.sopInstanceUID)/bulkdata/"
        let suffix = imageSet.map { "?imageSetId=\($0)" } ?? ""
        return DICOMJSON.encode(dataSet) { _, element in
            guard case .bulk(let placeholder) = element.value,
                header.bulkValues.indices.contains(placeholder.offset)
            else { return nil }
            return base + header.bulkValues[placeholder.offset].hash + suffix
        }
    }
}

/// Whether a client takes gzip (RFC 9110 12.5.3).
enum AcceptEncoding {
    static func allowsGzip(_ header: String?) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { member in
            let parts = member.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            return ["gzip", "*"].contains(parts.first) && !parts.dropFirst().contains { ["q=0", "q=0.0"].contains($0) }
        }
    }
}
