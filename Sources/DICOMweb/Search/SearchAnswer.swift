import Catalog
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

/// Picks the attributes a search answers (PS3.18 tables 10.6.3-3 to 10.6.3-5, and `includefield`).
struct ResultAttributes {
    let request: SearchRequest

    /// Copies the included attributes of a found instance's data set.
    func include(from source: DataSet, into result: inout DataSet) {
        for field in request.includes {
            guard let element = element(field, in: source) else { continue }
            result.set(merged(element, with: result[element.tag]))
        }
    }

    private func element(_ field: IncludeField, in source: DataSet) -> DataElement? {
        guard let first = field.path.first else { return nil }
        if field.path.count == 1 { return leaf(first, creator: field.creator, in: source) }
        guard let items = source[first]?.value.items else { return nil }
        var rest = field
        rest.path.removeFirst()
        let kept = items.map { item in element(rest, in: item).map { DataSet([$0]) } ?? DataSet() }
        return kept.allSatisfy(\.isEmpty) ? nil : DataElement(first, items: kept)
    }

    /// An attribute; a private one is looked for in the block that its creator reserved (PS3.5 7.8.1).
    private func leaf(_ tag: Tag, creator: String?, in source: DataSet) -> DataElement? {
        guard let creator else { return source[tag] }
        for block in UInt16(0x10)...0xFF where source.string(Tag(tag.group, block)) == creator {
            guard let element = source[Tag(tag.group, block << 8 | tag.element & 0xFF)] else { return nil }
            return element
        }
        return nil
    }

    /// Two included paths into one sequence both stand in the answer.
    private func merged(_ element: DataElement, with present: DataElement?) -> DataElement {
        guard let items = element.value.items, let standing = present?.value.items, items.count == standing.count else {
            return element
        }
        let both = zip(standing, items).map { old, new in
            var whole = old
            for element in new.elements { whole.set(merged(element, with: whole[element.tag])) }
            return whole
        }
        return DataElement(element.tag, items: both)
    }
}
