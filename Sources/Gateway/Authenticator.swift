import Exchange
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Signing
import Store
import Synchronization

/// Finds out who asks, by Signature Version 4, and puts the checks that the signature demands behind the body.
struct Authenticator: Sendable {
    private let store: Store
    private let isUnauthenticated: Bool
    private let verifier = SignatureVerifier()
    private let keys = SigningKeys()

    init(store: Store, isUnauthenticated: Bool) {
        self.store = store
        self.isUnauthenticated = isUnauthenticated
    }

    /// A request whose sender is known. The body's end is only reached when it is what was signed.
    struct Authenticated {
        var principal: Principal
        var body: Exchange.RequestBody
    }

    /// A cloud-native body is a small JSON text.
    private static let bufferedBodyLimit = 1 << 20

    /// Checks the signature. With `buffersBody` the whole body is read and checked first; else a body whose hash the
    /// head does not name is checked when it has passed by, which is before anything of it is committed.
    func authenticate(
        _ request: HummingbirdCore.Request, rawPath: String, rawQuery: String?, buffersBody: Bool
    ) async throws -> Authenticated {
        guard !isUnauthenticated else {
            return Authenticated(
                principal: principal("arn:aws:iam::\(store.configuration.accountID):root", key: "none"),
                body: try await body(of: request, buffersBody: buffersBody))
        }
        let description = description(of: request.head, rawPath: rawPath, rawQuery: rawQuery)
        let claim = try SignatureClaim.parse(description)
        let now = Int(Date().timeIntervalSince1970)
        try verifier.check(claim, now: now)
        guard let secret = try await store.accessSecret(of: claim.accessKeyID), claim.sessionToken == nil else {
            throw SignatureError.unrecognizedClient
        }
        let key = keys.key(of: claim, secret: secret.secret)
        let principal = principal(secret.principalARN, key: claim.accessKeyID)
        if claim.needsBodyHash {
            guard buffersBody else {
                let check = BodyCheck.hashThenVerify { [verifier] hash throws(SignatureError) in
                    _ = try verifier.verify(claim, of: description, key: key, now: now, bodySHA256: hash)
                }
                return Authenticated(principal: principal, body: checked(request, by: check))
            }
            let body = try await request.body.collect(upTo: Self.bufferedBodyLimit)
            var digest = BodyDigest()
            digest.update(body.readableBytesView)
            _ = try verifier.verify(claim, of: description, key: key, now: now, bodySHA256: digest.hexadecimal)
            return Authenticated(principal: principal, body: Exchange.RequestBody(body))
        }
        let verified = try verifier.verify(claim, of: description, key: key, now: now)
        return Authenticated(principal: principal, body: checked(request, by: BodyCheck(verified.body)))
    }

    private func principal(_ arn: String, key: String) -> Principal {
        Principal(accessKeyID: key, arn: arn, accountID: store.configuration.accountID)
    }

    private func description(of head: HTTPRequest, rawPath: String, rawQuery: String?) -> RequestDescription {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(head.headerFields.count + 1)
        if let authority = head.authority { headers.append(("host", authority)) }
        for field in head.headerFields { headers.append((field.name.rawName, field.value)) }
        return RequestDescription(
            method: head.method.rawValue, rawPath: rawPath, rawQuery: rawQuery, headers: headers)
    }

    private func body(
        of request: HummingbirdCore.Request, buffersBody: Bool
    ) async throws -> Exchange.RequestBody {
        guard !buffersBody else {
            return Exchange.RequestBody(try await request.body.collect(upTo: Self.bufferedBodyLimit))
        }
        return checked(request, by: .none)
    }

    private func checked(_ request: HummingbirdCore.Request, by check: BodyCheck) -> Exchange.RequestBody {
        let source = request.body
        return Exchange.RequestBody(declaredLength: request.headers[.contentLength].flatMap { Int($0) }) {
            let reader = CheckedBody(source: source, check: check)
            return { try await reader.next() }
        }
    }
}

/// Derived signing keys by access key and scope; a scope is good for a day.
private final class SigningKeys: Sendable {
    private struct Key: Hashable {
        var accessKeyID: String
        var scope: String
    }

    private let known = Mutex<[Key: SigningKey]>([:])

    func key(of claim: SignatureClaim, secret: String) -> SigningKey {
        let name = Key(accessKeyID: claim.accessKeyID, scope: claim.scope.text)
        if let key = known.withLock({ $0[name] }) { return key }
        let key = SigningKey(secret: secret, scope: claim.scope)
        known.withLock { keys in
            // Yesterday's scopes are never asked for again.
            if keys.count >= 1_024 { keys.removeAll() }
            keys[name] = key
        }
        return key
    }
}
