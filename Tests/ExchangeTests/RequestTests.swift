import Exchange
import Testing

struct RequestTests {
    @Test func aQueryKeepsOrderAndRepeats() throws {
        let query = try Query("a=1&b=2&a=3&c&&d=x%3Dy+z%2B")
        #expect(query.items.map(\.name) == ["a", "b", "a", "c", "d"])
        #expect(query.all("a") == ["1", "3"])
        #expect(query.first("c") == "")
        #expect(query.first("d") == "x=y z+")
        #expect(query.first("e") == nil)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%ff=1", "a=%c3%28"])
    func aBadEscapeIsMalformed(raw: String) {
        #expect(throws: ExchangeError(.malformed, "")) { try Query(raw) }
        #expect(throws: ExchangeError(.malformed, "")) { try PercentEncoding.decodedSegments(of: "/" + raw) }
    }

    @Test func aQueryHoldsAThousandParameters() throws {
        let raw = Array(repeating: "a=1", count: 1_000).joined(separator: "&")
        #expect(try Query(raw).items.count == 1_000)
        #expect(throws: ExchangeError(.malformed, "")) { try Query(raw + "&a") }
    }

    @Test func segmentsAreDecodedOneByOne() throws {
        #expect(try PercentEncoding.decodedSegments(of: "//a%2Fb/./..//c+d/") == ["a/b", ".", "..", "c+d"])
    }

    @Test func encodingReversesDecoding() throws {
        let text = "a b/ü?&=%+~"
        #expect(PercentEncoding.encode(text) == "a%20b%2F%C3%BC%3F%26%3D%25%2B~")
        #expect(try PercentEncoding.decode(PercentEncoding.encode(text), plusIsSpace: true) == text)
    }
}
