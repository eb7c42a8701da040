import Exchange
import NIOCore
import Testing

@testable import DICOMweb

/// RFC 2046 5.1.1 as real clients write it (quirk Q12), in every fragmentation.
struct MultipartReaderTests {
    struct Part: Equatable {
        var headers: [String: String]
        var data: String
    }

    /// The parts of a body that comes in pieces of `size` bytes.
    static func read(_ body: String, size: Int, boundary: String = "b") throws -> [Part] {
        var reader = try MultipartReader(boundary: boundary)
        var parts: [Part] = []
        var isOpen = false
        let bytes = Array(body.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            for event in try reader.read(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])) {
                switch event {
                case .begin(let headers):
                    #expect(!isOpen)
                    isOpen = true
                    parts.append(Part(headers: headers, data: ""))
                case .data(let buffer):
                    #expect(isOpen)
                    parts[parts.count - 1].data += String(buffer: buffer)
                case .end:
                    #expect(isOpen)
                    isOpen = false
                }
            }
        }
        try reader.finish()
        #expect(!isOpen)
        return parts
    }

    private static let type = "Content-Type: application/dicom"
    private static let headers = ["content-type": "application/dicom"]

    static let bodies: [(body: String, data: [String])] = [
        ("--b\r\n\(type)\r\n\r\nDATA\r\n--b--\r\n", ["DATA"]),
        ("\r\n--b\r\n\(type)\r\n\r\nDATA\r\n--b--", ["DATA"]),
        ("--b\r\n\(type)\r\n\r\none\r\n--b\r\n\(type)\r\n\r\ntwo\r\n--b--", ["one", "two"]),
        // Preamble and epilogue, both with lines that look like a boundary.
        ("hello\r\n--bb\r\n--b\r\n\(type)\r\n\r\nDATA\r\n--b--\r\nbye\r\n--b\r\n\r\nx", ["DATA"]),
        // White space after a boundary.
        ("--b \t \r\n\(type)\r\n\r\nDATA\r\n--b  \r\n\(type)\r\n\r\n2\r\n--b--  \r\n", ["DATA", "2"]),
        // Data that holds line ends, empty lines, and what begins like a boundary.
        (
            "--b\r\n\(type)\r\n\r\n\r\n\r\nA\r\n\r\nB\r\n--\r\n--bc\r\n--b x\r\n-\r\n--b--",
            ["\r\n\r\nA\r\n\r\nB\r\n--\r\n--bc\r\n--b x\r\n-"]
        ),
        ("--b\r\n\(type)\r\n\r\n--b\r\n--b--", ["--b"]),
        ("--b\r\n\(type)\r\n\r\nx--b--\r\n--b--", ["x--b--"]),
        ("--b\r\n\(type)\r\n\r\n\r\r\n\r\n--b--", ["\r\r\n"]),
        ("--b\r\n\(type)\r\n\r\n\r\n--b-x\r\n--b--", ["\r\n--b-x"]),
        // Another multipart body inside.
        ("--b\r\n\(type)\r\n\r\n--bb\r\n\r\ninner\r\n--bb--\r\n\r\n--b--", ["--bb\r\n\r\ninner\r\n--bb--\r\n"]),
        // A part without bytes.
        ("--b\r\n\(type)\r\n\r\n\r\n--b--", [""]),
    ]

    @Test(arguments: bodies.indices)
    func everyFragmentationGivesTheSameParts(index: Int) throws {
        let (body, data) = Self.bodies[index]
        for size in 1...body.utf8.count {
            #expect(try Self.read(body, size: size) == data.map { Part(headers: Self.headers, data: $0) }, "\(size)")
        }
    }

    @Test func headersAreReadByNameInAnyCase() throws {
        let body = "--b\r\nCONTENT-type:\t a/b; c=d\r\nContent-Location: http://x:1/y\r\nnonsense\r\n\r\nD\r\n--b--"
        for size in [1, 7, 1_000] {
            #expect(
                try Self.read(body, size: size)
                    == [Part(headers: ["content-type": "a/b; c=d", "content-location": "http://x:1/y"], data: "D")])
        }
    }

    @Test func aPartMayHaveNoHeaders() throws {
        for size in 1...8 {
            #expect(try Self.read("--b\r\n\r\nD\r\n--b--", size: size) == [Part(headers: [:], data: "D")])
        }
    }

    @Test func aBodyMayHaveNoParts() throws {
        #expect(try Self.read("--b--", size: 1).isEmpty)
    }

    @Test(arguments: [
        "", "preamble only", "--b", "--b-", "--b\r\n", "--b\r\nA: b\r\n\r\n", "--b\r\nA: b\r\n\r\nDATA",
        "--b\r\nA: b\r\n\r\nDATA\r\n--b", "--b\r\nA: b\r\n\r\nDATA\r\n--b-", "--b\r\nA: b\r\n\r\nDATA\r\n--bb--",
    ])
    func aCutBodyIsMalformed(body: String) throws {
        for size in [1, 3, 100] {
            #expect(throws: ExchangeError(.malformed, "")) { try Self.read(body, size: size) }
        }
    }

    @Test(arguments: [1, 1_000, 1 << 20])
    func theHeaderOfAPartHasALimit(size: Int) throws {
        let fits = "--b\r\nA: \(String(repeating: "x", count: 16_000))\r\n\r\nD\r\n--b--"
        #expect(try Self.read(fits, size: size).count == 1)
        let tooLong = "--b\r\nA: \(String(repeating: "x", count: 16_400))\r\n\r\nD\r\n--b--"
        #expect(throws: ExchangeError(.malformed, "")) { try Self.read(tooLong, size: size) }
        let blank = "--b\(String(repeating: " ", count: 16_400))\r\n\r\nD\r\n--b--"
        #expect(throws: ExchangeError(.malformed, "")) { try Self.read(blank, size: max(size, 100)) }
    }

    @Test func theNumberOfPartsHasALimit() throws {
        var reader = try MultipartReader(boundary: "b")
        let part = ByteBuffer(string: "\r\n--b\r\n\r\n")
        for _ in 0..<100_000 { _ = try reader.read(part) }
        #expect(throws: ExchangeError(.malformed, "")) {
            _ = try reader.read(part)
            _ = try reader.read(part)
        }
    }

    @Test(arguments: ["", String(repeating: "b", count: 201)])
    func aBoundaryHasALength(boundary: String) throws {
        #expect(throws: ExchangeError(.malformed, "")) { try MultipartReader(boundary: boundary) }
    }

    /// Linear in the body, however often it begins to look like a boundary: quadratic reading would take minutes here.
    @Test(.timeLimit(.minutes(5)))
    func dataFullOfNearBoundariesIsReadInOnePass() throws {
        let near = String(repeating: "\r\n--bx", count: 40_000)
        let parts = try Self.read("--b\r\n\(Self.type)\r\n\r\n\(near)\r\n--b--", size: 1 << 20)
        #expect(parts.map(\.data.utf8.count) == [near.utf8.count])
    }
}
