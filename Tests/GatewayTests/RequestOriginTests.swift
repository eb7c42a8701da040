import HTTPTypes
import Testing

@testable import Gateway

/// Quirk Q19: URLs in answers lead back the way the client came.
struct RequestOriginTests {
    private static func origin(
        _ fields: [(String, String)], authority: String? = "store:8080", trusts: Bool = true, isTLS: Bool = false
    ) -> String {
        var request = HTTPRequest(method: .get, scheme: nil, authority: authority, path: "/")
        for (name, value) in fields {
            guard let name = HTTPField.Name(name) else { continue }
            request.headerFields.append(HTTPField(name: name, value: value))
        }
        return RequestOrigin(isTLS: isTLS, trustsForwardedHeaders: trusts).of(request)
    }

    @Test func withoutAProxyItIsWhatTheRequestSays() {
        #expect(Self.origin([]) == "http://store:8080")
        #expect(Self.origin([], isTLS: true) == "https://store:8080")
        #expect(Self.origin([], authority: "[::1]:80") == "http://[::1]:80")
        #expect(Self.origin([], authority: nil) == "http://localhost")
    }

    @Test(arguments: [
        [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "pacs.example")],
        [("X-Forwarded-Proto", "HTTPS, http"), ("X-Forwarded-Host", "pacs.example, inner:1")],
        [("Forwarded", "for=1.2.3.4;proto=https;host=pacs.example, for=x;host=inner")],
        [("Forwarded", "Host=\"pacs.example\"; Proto=\"https\"")],
    ])
    func aTrustedProxySaysWhatTheClientUsed(fields: [(String, String)]) {
        #expect(Self.origin(fields) == "https://pacs.example")
        #expect(Self.origin(fields, trusts: false) == "http://store:8080")
    }

    @Test func onlyAnAuthorityGetsIntoURLs() {
        #expect(Self.origin([("X-Forwarded-Host", "evil/\"><script>")]) == "http://localhost")
        #expect(Self.origin([("X-Forwarded-Host", " ")]) == "http://store:8080")
        #expect(Self.origin([("X-Forwarded-Proto", "javascript")]) == "http://store:8080")
        #expect(Self.origin([], authority: "user@evil") == "http://localhost")
    }
}
