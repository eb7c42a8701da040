import Foundation
import Store

/// An opaque continuation token: where a page ended, bound to the request it belongs to.
enum PageToken {
    /// Spells a token. `request` is what must be equal in the next request.
    static func encode(_ fields: [String], request: [String]) -> String {
        let whole = [RequestDigest.of(request)] + fields
        return Data(whole.map { Data($0.utf8).base64EncodedString() }.joined(separator: ".").utf8).base64EncodedString()
    }

    /// Reads a token of `count` fields; a ValidationException for anything that was not made here for this request.
    static func decode(_ token: String?, count: Int, request: [String]) throws -> [String]? {
        guard let token else { return nil }
        let invalid = ServiceError(.validation, "Value at 'nextToken' is not a token of this request")
        guard let data = Data(base64Encoded: token) else { throw invalid }
        let fields = String(decoding: data, as: UTF8.self).split(separator: ".", omittingEmptySubsequences: false)
            .map { Data(base64Encoded: String($0)).map { String(decoding: $0, as: UTF8.self) } }
        guard fields.count == count + 1, fields[0] == RequestDigest.of(request) else { throw invalid }
        return try fields.dropFirst().map { field in
            guard let field else { throw invalid }
            return field
        }
    }
}
