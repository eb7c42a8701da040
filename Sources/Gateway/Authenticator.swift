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

    /// A cloud-native body is a small JSON text; a retrieval has none.
    private static let bufferedBodyLimit = 1 << 20

    /// Checks the signature. With `buffersBody` the whole body is read and checked here; without, it is checked as it
    /// passes by, which is before anything of it is committed.
    ///
    /// A client that does not name the hash of its body signs head and body as one. Such a body is taken in first, so
    /// that whoever comes back from here has proven who they are.
    func authenticate(
        _ request: HummingbirdCore.Request, target: RequestTarget, buffersBody: Bool
    ) async throws -> Authenticated {
        guard !isUnauthenticated else {
            return try await admit(anyone, request, bodyCheck: .none, buffersBody: buffersBody)
        }
        let description = description(of: request.head, target: target)
        let claim = try SignatureClaim.parse(description)
        let now = Int(Date().timeIntervalSince1970)
        try verifier.check(claim, now: now)
        guard let secret = try await store.accessSecret(of: claim.accessKeyID), claim.sessionToken == nil else {
            throw SignatureError.unrecognizedClient
        }
        let key = keys.key(of: claim, secret: secret.secret)
        let principal = principal(secret.principalARN, key: claim.accessKeyID)
        if claim.needsBodyHash {
            let check = BodyCheck.hashThenVerify { [verifier] hash throws(SignatureError) in
                _ = try verifier.verify(claim, of: description, key: key, now: now, bodySHA256: hash)
            }
            return try await admit(principal, request, bodyCheck: check, buffersBody: buffersBody)
        }
        let verified = try verifier.verify(claim, of: description, key: key, now: now)
        return try await admit(principal, request, bodyCheck: BodyCheck(verified.body), buffersBody: buffersBody)
    }

    /// Who signed a request whose body is all there, without waiting for anything; nil when the access key has to be
    /// looked up first, or the body comes in signed chunks.
    func authenticate(
        _ head: HTTPRequest, target: RequestTarget, body: ByteBuffer
    ) throws(SignatureError) -> Principal? {
        guard !isUnauthenticated else { return anyone }
        let description = description(of: head, target: target)
        let claim = try SignatureClaim.parse(description)
        let now = Int(Date().timeIntervalSince1970)
        guard claim.sessionToken == nil, let secret = store.knownAccessSecret(of: claim.accessKeyID) else { return nil }
        var digest = BodyDigest()
        digest.update(body.readableBytesView)
        let verified = try verifier.verify(
            claim, of: description, key: keys.key(of: claim, secret: secret.secret), now: now,
            bodySHA256: claim.needsBodyHash ? digest.hexadecimal : nil)
        switch verified.body {
        case .any: break
        case .exactSHA256(let hash): if !claim.needsBodyHash { try digest.check(hash) }
        case .chunked: return nil
        }
        return principal(secret.principalARN, key: claim.accessKeyID)
    }

    /// Puts the check behind the body; where head and body are signed as one, or the body is buffered, reads it to its
    /// end.
    private func admit(
        _ principal: Principal, _ request: HummingbirdCore.Request, bodyCheck: BodyCheck, buffersBody: Bool
    ) async throws -> Authenticated {
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        let source = request.body
        let body = Exchange.RequestBody(declaredLength: bodyCheck.decodedLength ?? declared) {
            let reader = CheckedBody(source: source, declaredLength: declared, check: bodyCheck)
            return { try await reader.next() }
        }
        do {
            if buffersBody {
                let whole = try await body.collect(upTo: Self.bufferedBodyLimit)
                return Authenticated(principal: principal, body: Exchange.RequestBody(whole))
            }
            if case .hashThenVerify = bodyCheck {
                let spooled = try await SpooledBody(
                    body, directory: store.configuration.spoolDirectory,
                    limit: store.configuration.quotas.storeRequestBytes)
                return Authenticated(principal: principal, body: spooled.body)
            }
            return Authenticated(principal: principal, body: body)
        } catch let error as ExchangeError where error.code == .bodyMismatch {
            throw SignatureError(.invalidSignature, error.message)
        }
    }

    /// Who asks where nobody has to prove who they are.
    private var anyone: Principal {
        principal("arn:aws:iam::\(store.configuration.accountID):root", key: "none")
    }

    private func principal(_ arn: String, key: String) -> Principal {
        Principal(accessKeyID: key, arn: arn, accountID: store.configuration.accountID)
    }

    private func description(of head: HTTPRequest, target: RequestTarget) -> RequestDescription {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(head.headerFields.count + 1)
        if let authority = head.authority { headers.append(("host", authority)) }
        for field in head.headerFields { headers.append((field.name.rawName, field.value)) }
        return RequestDescription(
            method: head.method.rawValue, rawPath: target.rawPath, rawQuery: target.rawQuery, headers: headers)
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
