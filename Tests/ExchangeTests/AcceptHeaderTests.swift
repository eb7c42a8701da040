import Exchange
import Testing

/// RFC 9110 12.5.1, as real viewers use it (quirks Q1–Q4).
struct AcceptHeaderTests {
    private static func ranges(_ header: String?, query: [String] = []) -> [String] {
        AcceptHeader(header, query: query).ranges.map { range in
            ([range.essence] + range.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: ";")
        }
    }

    @Test(
        arguments: [
            (nil, ["*/*"]),
            ("", ["*/*"]),
            (" , ,", ["*/*"]),
            ("*", ["*/*"]),
            ("nonsense", ["*/*"]),
            ("nonsense, image/jpeg", ["image/jpeg"]),
            ("application/dicom+json, application/json", ["application/dicom+json", "application/json"]),
            ("APPLICATION/Dicom+JSON", ["application/dicom+json"]),
            ("a/b;q=0.5, c/d", ["c/d", "a/b"]),
            ("a/b;q=0.5, c/d;q=0.5, e/f;q=0.7", ["e/f", "a/b", "c/d"]),
            ("a/b;q=0, c/d", ["c/d"]),
            ("a/b;q=0", []),
            ("a/b;q=nan", []),
            ("a/b;q=high", ["a/b"]),
            ("multipart/related; type=\"a/b, c/d\"; x=1", ["multipart/related;type=a/b, c/d;x=1"]),
            ("multipart/related;type=\"a/b\";transfer-syntax=\"*\"", ["multipart/related;transfer-syntax=*;type=a/b"]),
            ("multipart/related; type=a/b ;transfer-syntax=*", ["multipart/related;transfer-syntax=*;type=a/b"]),
        ] as [(String?, [String])])
    func membersComeBestFirst(header: String?, expected: [String]) {
        #expect(Self.ranges(header) == expected)
    }

    @Test func aRepeatedTransferSyntaxStandsForOneMemberOfEach() {
        #expect(
            Self.ranges("a/b;transfer-syntax=1.2;transfer-syntax=*, c/d")
                == ["a/b;transfer-syntax=1.2", "a/b;transfer-syntax=*", "c/d"])
    }

    @Test(arguments: ["application/dicom json", "application/dicom+json"])
    func aPlusOfTheQueryIsRestored(value: String) {
        #expect(Self.ranges("text/html", query: [value]) == ["application/dicom+json"])
    }

    @Test func spacesAfterSeparatorsOfTheQueryStaySpaces() {
        #expect(
            Self.ranges(nil, query: ["multipart/related; type=a/b, image/jpeg"])
                == ["multipart/related;type=a/b", "image/jpeg"])
    }

    @Test func onlySoManyMembersAreRead() {
        let header = (0..<10_000).map { "a/b\($0)" }.joined(separator: ",")
        #expect(AcceptHeader(header).ranges.count == 100)
        let repeated = "a/b" + String(repeating: ";transfer-syntax=1", count: 10_000)
        #expect(AcceptHeader(repeated).ranges.count == 100)
    }

    @Test(arguments: [("*/*", true), ("image/*", true), ("image/jpeg", true), ("image/jp", false), ("video/*", false)])
    func rangesCoverTypes(range: String, isCovered: Bool) {
        #expect(AcceptHeader(range).accepts("image/jpeg") == isCovered)
    }
}
