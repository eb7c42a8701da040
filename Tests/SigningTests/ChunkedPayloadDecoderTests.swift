import Testing

@testable import Signing

struct ChunkedPayloadDecoderTests {
    // The examples of AWS's S3 documentation, "Signature Calculations for the Authorization Header: Transferring Payload
    // in Multiple Chunks" and "… Including Trailing Headers": 66,560 letters `a` in chunks of 65,536 and 1,024.

    private static let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 66_560)

    private static func body(_ signatures: [String], end: String) -> [UInt8] {
        Array("10000;chunk-signature=\(signatures[0])\r\n".utf8) + letters.prefix(65_536)
            + Array("\r\n400;chunk-signature=\(signatures[1])\r\n".utf8) + letters.prefix(1_024)
            + Array("\r\n0;chunk-signature=\(signatures[2])\r\n".utf8) + Array(end.utf8)
    }

    private static let signed = body(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ], end: "\r\n")

    private static let signedTrailer = body(
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        end: "x-amz-checksum-crc32c:sOO8/Q==\r\n"
            + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n")

    private static func verifier(
        _ payload: PayloadHash, extra: [(name: String, value: String)] = [], signature: String? = nil,
        without names: [String] = [], allowsPlain: Bool = true
    ) throws -> ChunkVerifier {
        var request = RequestDescription(
            method: "PUT", rawPath: "/examplebucket/chunkObject.txt", rawQuery: nil,
            headers: [
                ("Host", "s3.amazonaws.com"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("Content-Encoding", "aws-chunked"), ("x-amz-decoded-content-length", "66560"),
            ] + extra)
        request.headers.removeAll { names.contains($0.name) }
        let signer = Signer.s3(credential: SignedRequests.credential, region: "us-east-1")
        let now = 1_369_353_600
        request.headers += signer.sign(request, payloadHash: payload, at: SigningTime(secondsSince1970: now))
        let claim = try SignatureClaim.parse(request)
        if let signature { #expect(claim.signature == signature) }
        let verified = try SignatureVerifier(service: "s3", allowsPlainStreamingBodies: allowsPlain)
            .verify(claim, of: request, secret: SignedRequests.secret, now: now)
        guard case .chunked(let verifier) = verified.body else { throw SignatureError.doesNotMatch }
        return verifier
    }

    private static func signedVerifier() throws -> ChunkVerifier {
        try verifier(
            .streamingSigned, extra: [("Content-Length", "66824")],
            signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
    }

    private static func trailerVerifier() throws -> ChunkVerifier {
        try verifier(
            .streamingSignedTrailer, extra: [("x-amz-trailer", "x-amz-checksum-crc32c")],
            signature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
    }

    private func decode(_ body: [UInt8], _ verifier: ChunkVerifier, piece: Int = .max) throws -> (
        payload: [UInt8], decoder: ChunkedPayloadDecoder
    ) {
        var decoder = ChunkedPayloadDecoder(verifier)
        var payload: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            try decoder.decode(rest.prefix(piece), into: &payload)
            rest = rest.dropFirst(piece)
        }
        try decoder.finish(into: &payload)
        return (payload, decoder)
    }

    @Test(arguments: [1, 2, 3, 86, 1_000, .max])
    func documentedChunksAreDecodedInAnyFragments(piece: Int) throws {
        let (payload, decoder) = try decode(Self.signed, Self.signedVerifier(), piece: piece)
        #expect(payload == Self.letters)
        #expect(!decoder.isPlain)
    }

    @Test(arguments: [1, 7, .max])
    func documentedTrailerIsDecodedInAnyFragments(piece: Int) throws {
        let (payload, decoder) = try decode(Self.signedTrailer, Self.trailerVerifier(), piece: piece)
        #expect(payload == Self.letters)
        #expect(decoder.trailers.map(\.name) == ["x-amz-checksum-crc32c"])
        #expect(decoder.trailers.map(\.value) == ["sOO8/Q=="])
    }

    /// The documentation writes a line feed and an empty line before the signature of the trailer.
    @Test func trailerLinesMayEndInLineFeeds() throws {
        let text = String(decoding: Self.signedTrailer, as: UTF8.self)
            .replacing("sOO8/Q==\r\n", with: "sOO8/Q==\n\r\n")
        #expect(try decode(Array(text.utf8), Self.trailerVerifier()).payload == Self.letters)
    }

    @Test func unsignedChunksGiveTheirTrailer() throws {
        let verifier = try Self.verifier(.streamingUnsignedTrailer, without: ["x-amz-decoded-content-length"])
        let body = "4\r\nDICM\r\na\r\n0123456789\r\n0\r\nX-Amz-Checksum-CRC32: AAAAAA==\r\n\r\n"
        for piece in [1, .max] {
            let (payload, decoder) = try decode(Array(body.utf8), verifier, piece: piece)
            #expect(payload == Array("DICM0123456789".utf8))
            #expect(decoder.trailers.first?.name == "x-amz-checksum-crc32")
            #expect(decoder.trailers.first?.value == "AAAAAA==")
        }
    }

    @Test func everyKindOfChangedByteIsRefused() throws {
        for (body, verifier) in [
            (Self.signed, try Self.signedVerifier()), (Self.signedTrailer, try Self.trailerVerifier()),
        ] {
            // All framing bytes, and data bytes of both chunks.
            let framing = body.indices.filter { body[$0] != UInt8(ascii: "a") }
            for index in framing + [100, 40_000, 65_800] {
                var changed = body
                changed[index] ^= 1
                #expect(throws: SignatureError.self, "byte \(index)") { try decode(changed, verifier) }
            }
        }
    }

    @Test func chunksLeftOutSwappedOrCutOffAreRefused() throws {
        let verifier = try Self.signedVerifier()
        let lengths = [0, 1, 88, 65_536, Self.signed.count - 88, Self.signed.count - 5]
        for length in lengths {
            #expect(throws: SignatureError.self, "\(length) bytes") {
                try decode(Array(Self.signed.prefix(length)), verifier)
            }
        }
        let second = 88 + 65_536 + 2
        #expect(throws: SignatureError.doesNotMatch) {
            try decode(Array(Self.signed.dropFirst(second)), verifier)
        }
        #expect(throws: SignatureError.self) { try decode(Self.signed + [0], verifier) }
    }

    @Test func trailerSignatureCannotBeLeftOut() throws {
        let text = String(decoding: Self.signedTrailer, as: UTF8.self)
        let cut = try #require(text.firstRange(of: "x-amz-trailer-signature"))
        for end in ["", "\r\n", "\r\n\r\n\r\n\r\n"] {
            #expect(throws: SignatureError.self) {
                try decode(Array((text[..<cut.lowerBound] + end).utf8), Self.trailerVerifier())
            }
        }
    }

    @Test(arguments: [
        "", "0", "10000\r\n", "g;chunk-signature=\r\n", "-1;chunk-signature=\r\n",
        "ffffffffffffffff;chunk-signature=\(String(repeating: "0", count: 64))\r\n",
        "7fffffffffffffff;chunk-signature=\(String(repeating: "0", count: 64))\r\nabc",
        "00000000000000001;chunk-signature=\(String(repeating: "0", count: 64))\r\n",
        "1;chunk-signature=\(String(repeating: "0", count: 64))\n", String(repeating: "0", count: 5_000),
    ])
    func malformedHeaderIsRefused(header: String) throws {
        let error = #expect(throws: SignatureError.self) {
            try decode(Array(header.utf8), Self.signedVerifier())
        }
        #expect(error?.code == .malformedPayload && error?.status == 400)
    }

    @Test func endlessTrailersAreRefused() throws {
        let verifier = try Self.verifier(.streamingUnsignedTrailer, without: ["x-amz-decoded-content-length"])
        for trailer in [String(repeating: "a", count: 5_000), String(repeating: "a:b\r\n", count: 17)] {
            #expect(throws: SignatureError.self) { try decode(Array(("0\r\n" + trailer).utf8), verifier) }
        }
    }

    @Test func failureStays() throws {
        var decoder = ChunkedPayloadDecoder(try Self.signedVerifier())
        var payload: [UInt8] = []
        #expect(throws: SignatureError.self) { try decoder.decode(Array("nonsense\r\n".utf8), into: &payload) }
        #expect(throws: SignatureError.self) { try decoder.decode(Self.signed, into: &payload) }
        #expect(throws: SignatureError.self) { try decoder.finish(into: &payload) }
        #expect(payload.isEmpty)
    }

    @Test func payloadOfAnotherLengthIsRefused() throws {
        let verifier = try Self.verifier(.streamingUnsignedTrailer)
        for size in [66_559, 66_561] {
            let body =
                Array("\(String(size, radix: 16))\r\n".utf8) + [UInt8](repeating: 0, count: size)
                + Array("\r\n0\r\n\r\n".utf8)
            let error = #expect(throws: SignatureError.self) { try decode(body, verifier) }
            #expect(error?.code == .malformedPayload)
        }
    }

    // MARK: Plain bodies under a streaming word

    /// As AWS's STOW-RS page has it: curl announces chunks and a length, and sends the file.
    @Test(arguments: [nil, "4", "9"])
    func plainBodyOfCurlIsTaken(contentLength: String?) throws {
        var request = SignedRequests.streaming
        if let contentLength { request.headers.append(("Content-Length", contentLength)) }
        let claim = try SignatureClaim.parse(request)
        let verified = try SignatureVerifier().verify(
            claim, of: request, secret: SignedRequests.secret, now: SignedRequests.now)
        guard case .chunked(let verifier) = verified.body else {
            Issue.record("a streaming word makes chunks")
            return
        }
        for piece in [1, .max] {
            let (payload, decoder) = try decode(Array("DICM".utf8), verifier, piece: piece)
            #expect(payload == Array("DICM".utf8) && decoder.isPlain)
        }
        #expect(throws: SignatureError.self) { try decode(Array("DICOM".utf8), verifier) }
    }

    @Test func undeclaredFramingIsFoundInTheBody() throws {
        let verifier = try Self.verifier(
            .streamingSigned, without: ["Content-Encoding", "x-amz-decoded-content-length"])
        let preamble = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        for body in [[], preamble, preamble + preamble, Array("--boundary\r\nContent-Type: x\r\n".utf8)] {
            for piece in [1, 50, .max] {
                let (payload, decoder) = try decode(body, verifier, piece: piece)
                #expect(payload == body && decoder.isPlain)
            }
        }
        // Chunks of another signature are chunks all the same.
        #expect(throws: SignatureError.doesNotMatch) { try decode(Self.signed, verifier) }
    }

    @Test func declaredChunksAreNeverTakenAsPlain() throws {
        for verifier in [
            try Self.verifier(.streamingSigned, extra: [("Content-Length", "66560")]),
            try Self.verifier(.streamingSigned, without: ["Content-Encoding"], allowsPlain: false),
            try Self.verifier(.streamingSignedTrailer, without: ["Content-Encoding"]),
        ] {
            #expect(throws: SignatureError.self) { try decode(Self.letters, verifier) }
        }
    }
}
