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
    static let patterns = [
        PathPattern(
            .get, "studies/{study}/series/{series}/instances/{instance}/metadata", action: "GetDICOMInstanceMetadata"),
        PathPattern(.get, "studies/{study}/series/{series}/metadata", action: "GetDICOMSeriesMetadata"),
        PathPattern(.get, "studies/{study}/metadata", action: "GetDICOMSeriesMetadata"),
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
                imageSet: context.imageSet(), version: context.version())
        }
        let document = InstanceDocument(
            urls: context.urls, imageSet: try context.imageSet(), version: try context.version())
        let headers: HTTPFields = [
            .contentType: "application/dicom+json", .cacheControl: "private", .vary: "Accept-Encoding",
        ]
        // The first is read before the head is sent: what cannot be had is an error, not a cut answer.
        let first = try await document.bytes(of: instances[0])
        guard AcceptEncoding.allowsGzip(context.request.headers[.acceptEncoding]) else {
            return Response(
                status: .ok, headers: headers,
                body: .stream(length: nil) { writer in
                    for (index, instance) in instances.enumerated() {
                        var buffer = ByteBuffer(string: index == 0 ? "[" : ",")
                        buffer.writeBytes(index == 0 ? first : try await document.bytes(of: instance))
                        try await writer.write(buffer)
                    }
                    try await writer.write(ByteBuffer(string: "]"))
                })
        }
        var text: [UInt8] = [UInt8(ascii: "[")] + first
        for instance in instances.dropFirst() {
            text.append(UInt8(ascii: ","))
            text += try await document.bytes(of: instance)
        }
        text.append(UInt8(ascii: "]"))
        return Response.gzip(text, headers)
    }
}

/// Writes one instance as a DICOM JSON object, the way it would be retrieved.
struct InstanceDocument: Sendable {
    let urls: RetrieveURL
    let imageSet: ImageSetID?
    let version: Int?

    func bytes(of instance: StoredInstance) async throws -> [UInt8] {
        let header = try await instance.header()
        var dataSet = instance.dataSet(header)
        // PS3.18 10.4.1.1.2 leaves the pixel data out; the transfer syntax shown is the stored one (spec/40).
        dataSet.set(
            DataElement(.availableTransferSyntaxUID, .UI, instance.storedTransferSyntaxUID))
        let bulk = BulkLocations(instance, header, urls: urls, imageSet: imageSet, version: version)
        return DICOMJSON.encode(dataSet) { _, element in bulk.uri(of: element) }
    }
}
