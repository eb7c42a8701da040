import DICOM
import Exchange
import HTTPTypes
import NIOCore
import Store

/// Spells the answer of a search: DICOM JSON, `Warning: 299` when there is more (PS3.18 8.3.4.4), `[]` when there is
/// nothing.
struct SearchAnswer {
    private var text: [UInt8] = [UInt8(ascii: "[")]

    /// Adds a found object; `bulk` tells where those of its values are that are too large to stand in it.
    mutating func append(_ dataSet: DataSet, bulk: BulkLocations?) {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        text += DICOMJSON.encode(dataSet) { _, element in bulk?.uri(of: element) }
    }

    /// Throws 406 for a client that does not read DICOM JSON; asked before anything is searched.
    static func requireAcceptable(_ request: Request) throws {
        let accept = AcceptHeader(request.headers[.accept], query: request.query.all("accept"))
        guard accept.accepts("application/dicom+json") || accept.accepts("application/json") else {
            throw DICOMwebError(.notAcceptable, "Search results are available as application/dicom+json")
        }
    }

    /// `isTruncated`: whether more matched than fits.
    func response(_ request: Request, isTruncated: Bool) -> Response {
        var headers: HTTPFields = [
            .contentType: "application/dicom+json", .cacheControl: "private", .vary: "Accept-Encoding",
        ]
        if isTruncated { headers[.warning] = "299 isocenter \"There are additional results that can be requested\"" }
        let whole = text + [UInt8(ascii: "]")]
        guard AcceptEncoding.allowsGzip(request.headers[.acceptEncoding]) else {
            return Response(status: .ok, headers: headers, body: .bytes(ByteBuffer(bytes: whole)))
        }
        return .gzip(whole, headers)
    }
}

extension HTTPField.Name {
    fileprivate static let warning = HTTPField.Name("Warning")!
}

extension TransactionContext {
    /// The data set that speaks for a search result, and where its large values are; nil when there is none any more,
    /// because it was deleted since it was found.
    func source(
        of find: () async throws -> StoredInstance?
    ) async throws -> (dataSet: DataSet, bulk: BulkLocations)? {
        do {
            guard let instance = try await find() else { return nil }
            let header = try await instance.header()
            return (instance.dataSet(header), BulkLocations(instance, header, urls: urls))
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }
}
