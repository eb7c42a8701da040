import Testing

@testable import Signing

struct CanonicalFormTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [
        ("", "/"), ("/", "/"), ("//", "/"), ("/a//b/", "/a/b/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"),
        ("/../../a", "/a"), ("/a/..", "/"), ("/...", "/..."), ("/.well-known", "/.well-known"),
        ("/a%2Fb", "/a%252Fb"), ("/a:b", "/a%3Ab"), ("/ü", "/%C3%BC"), ("/~-._", "/~-._"),
    ])
    func pathIsNormalizedAndEncodedAgain(path: String, canonical: String) {
        #expect(text(CanonicalPath.usual(path)) == canonical)
    }

    @Test func pathIsKeptWhereS3KeepsIt() {
        #expect(text(CanonicalPath.bytes("/a//../b%20c", normalizes: false, encodes: false)) == "/a//../b%20c")
    }

    @Test(arguments: [
        ("b=2&a=1", "a=1&b=2"), ("a=2&a=1&a", "a=&a=1&a=2"), ("a-b=1&a=2", "a=2&a-b=1"), ("B=1&a=1", "B=1&a=1"),
        ("a=b=c", "a=b%3Dc"), ("a=%7e%2a", "a=~%2A"), ("a=x+y", "a=x%20y"), ("a=100%", "a=100%25"),
        ("a=%zz", "a=%25zz"), ("a=%4", "a=%254"), ("&&a=1&", "a=1"), ("ü=1", "%C3%BC=1"), ("=1", "=1"), ("", ""),
    ])
    func queryIsEncodedAndSorted(query: String, canonical: String) {
        #expect(text(CanonicalQuery.usual(query)) == canonical)
    }

    @Test func headersAreTrimmedJoinedAndTakenInOrder() throws {
        let request = RequestDescription(
            method: "GET", rawPath: "/", rawQuery: nil,
            headers: [("B", " \t x  y\r\n z "), ("a", "1"), ("b", ""), ("A", "2,  3")])
        let bytes = try #require(CanonicalHeaders.bytes(of: request, signedHeaders: ["a", "b"]))
        #expect(text(bytes) == "a:1,2, 3\nb:x y z,\n")
        #expect(CanonicalHeaders.bytes(of: request, signedHeaders: ["a", "c"]) == nil)
    }

    @Test func digestOfPiecesIsThatOfTheWhole() throws {
        var digest = BodyDigest()
        #expect(digest.hexadecimal == PayloadHash.emptySHA256)
        digest.update([UInt8(ascii: "a")])
        digest.update("bc".utf8.lazy.map { $0 })
        // FIPS 180-2 B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(digest.hexadecimal == expected)
        try digest.check(expected.uppercased())
        #expect(throws: SignatureError.payloadMismatch) { try digest.check(PayloadHash.emptySHA256) }
        #expect(throws: SignatureError.payloadMismatch) { try digest.check("") }
    }
}
