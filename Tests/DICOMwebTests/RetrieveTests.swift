import Catalog
import DICOM
import Exchange
import FrameCodecs
import HTTPTypes
import ImageSets
import NIOCore
import Store
import TestSupport
import Testing

@testable import DICOMweb

struct RetrieveTests {
    private static let path = "studies/\(TestInstance().study)/series/\(TestInstance().series)"

    private static func path(_ number: Int) -> String {
        "\(path)/instances/\(TestInstance.numbered(number).sop)"
    }

    private static func accept(_ text: String?) -> HTTPFields {
        text.map { [.accept: $0] } ?? [:]
    }

    /// A P10 file with encapsulated pixel data.
    private static func encapsulated(
        _ instance: TestInstance, transferSyntaxUID: String, fragments: [[UInt8]]
    ) throws -> [UInt8] {
        let meta = PartTenWriter.fileMeta(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.2", sopInstanceUID: instance.sop,
            transferSyntaxUID: transferSyntaxUID)
        let layout = try EncapsulatedPixelDataLayout(
            frameLengths: fragments.map(\.count), hasOffsetTable: false)
        var bytes = try PartTenWriter.fileMetaBytes(meta) + PartTenWriter.dataSetBytes(instance.dataSet) { _ in [] }
        bytes += layout.header
        for (index, fragment) in fragments.enumerated() {
            bytes += layout.itemHeader(index) + fragment
            if layout.padding(index) > 0 { bytes.append(0) }
        }
        return bytes + layout.trailer
    }

    private static func store(_ file: [UInt8], in api: DICOMwebFixture) async throws -> Int? {
        try await api.send(
            .post, "studies", [.contentType: "application/dicom"], body: RequestBody(ByteBuffer(bytes: file)))?.status
    }

    // MARK: Instances

    /// Accept and what an instance stored as HTJ2K comes as; nil for 406.
    private static let instanceForms: [(accept: String?, contentType: String?)] = {
        let native = "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"
        let stored = "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.202"
        let multipart = "multipart/related; type=\"application/dicom\"; boundary=id"
        return [
            (nil, native), ("*/*", native), ("application/dicom", native),
            ("application/dicom; transfer-syntax=*", stored),
            ("application/dicom; transfer-syntax=1.2.840.10008.1.2.4.202", stored),
            ("application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50; transfer-syntax=*", stored),
            ("multipart/related; type=\"application/dicom\"", multipart), ("multipart/*", multipart),
            ("text/html, application/dicom;q=0.1", native),
            ("application/dicom; transfer-syntax=1.2.840.10008.1.2", nil), ("application/dicom;q=0", nil),
            ("image/jpeg", nil),
        ]
    }()

    @Test func anInstanceComesAsAccepted() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            for (accept, contentType) in Self.instanceForms {
                let answer = try #require(try await api.send(.get, Self.path(1), Self.accept(accept)))
                #expect(answer.status == (contentType == nil ? 406 : 200), "\(accept ?? "none")")
                #expect(answer.contentType == contentType ?? "application/json", "\(accept ?? "none")")
            }
        }
    }

    @Test func aMultipartAnswerIsReadBack() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            let single = try #require(try await api.send(.get, Self.path(1)))
            let answer = try #require(
                try await api.send(.get, Self.path(1), Self.accept("multipart/related; type=application/dicom")))
            var reader = try MultipartReader(boundary: "id")
            var (bytes, headers): ([UInt8], [String: String]) = ([], [:])
            for event in try reader.read(ByteBuffer(bytes: answer.body)) {
                switch event {
                case .begin(let found): headers = found
                case .data(let buffer): bytes += Array(buffer.readableBytesView)
                case .end: break
                }
            }
            try reader.finish()
            #expect(headers["content-type"] == single.contentType)
            #expect(bytes == single.body)
        }
    }

    @Test func HEADAnswersTheHeadOfGET() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            for path in [
                Self.path(1), Self.path(1) + "/metadata", Self.path(1) + "/frames/1", "studies", "series", "instances",
            ] {
                let (get, head) = (try await api.send(.get, path), try await api.send(.head, path))
                #expect(head?.status == 200)
                #expect(head?.headers == get?.headers, "\(path)")
            }
            #expect(try await api.send(.head, "studies/1.2/unknown") == nil)
        }
    }

    @Test func uidsMustBelongTogether() async throws {
        let (study, series, sop) = (TestInstance().study, TestInstance().series, TestInstance.numbered(1).sop)
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            for path in [
                "studies/1.9/series/\(series)/instances/\(sop)", "studies/\(study)/series/1.9/instances/\(sop)",
                "studies/\(study)/series/\(series)/instances/1.9", "studies/1.9/series/\(series)/metadata",
                "studies/1.9/metadata",
            ] {
                let answer = try await api.send(.get, path)
                #expect(answer?.status == 404, "\(path)")
                #expect(answer?.contentType == "application/json")
            }
        }
    }

    @Test func aUIDOfThePathIsText() async throws {
        let uids = [
            ("x", 404), ("1.2'%20OR%201=1", 404), ("1%2F2", 404), ("..", 404), ("%00", 400), ("1%002", 400),
            (String(repeating: "1", count: 256), 404), (String(repeating: "1", count: 257), 400),
        ]
        try await DICOMwebFixture.run { api in
            for (uid, status) in uids {
                let answer = try await api.send(.get, "studies/\(uid)/metadata")
                #expect(answer?.status == status, "\(uid)")
            }
        }
    }

    // MARK: Frames

    @Test func frameListsAreDistinctNumbersInRange() async throws {
        let lists = [
            ("1,3,2", 200), ("1", 200), ("4", 404), ("1,4", 404), ("0", 400), ("-1", 400), ("1,1", 400),
            ("1,,2", 400), ("x", 400), ("99999999999999999999", 400),
        ]
        try await DICOMwebFixture.run { api in
            var instance = TestInstance.numbered(1)
            instance.frames = 3
            _ = try await api.stow([instance])
            for (list, status) in lists {
                #expect(try await api.send(.get, Self.path(1) + "/frames/\(list)")?.status == status, "\(list)")
            }
        }
    }

    @Test func framesComeInTheOrderAsked() async throws {
        try await DICOMwebFixture.run { api in
            var instance = TestInstance.numbered(1)
            instance.frames = 3
            _ = try await api.stow([instance])
            let length = instance.pixels.count / 3
            let answer = try #require(
                try await api.send(
                    .get, Self.path(1) + "/frames/3,1",
                    Self.accept("multipart/related; type=\"application/octet-stream\"")))
            var reader = try MultipartReader(boundary: "id")
            var frames: [[UInt8]] = []
            for event in try reader.read(ByteBuffer(bytes: answer.body)) {
                switch event {
                case .begin(let headers):
                    frames.append([])
                    #expect(headers["content-type"] == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1")
                case .data(let buffer): frames[frames.count - 1] += Array(buffer.readableBytesView)
                case .end: break
                }
            }
            #expect(frames == [Array(instance.pixels[(2 * length)...]), Array(instance.pixels[..<length])])
        }
    }

    /// Accept and what frames stored as HTJ2K come as; nil for 406.
    static let frameForms: [(accept: String?, contentType: String?)] = {
        let native = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
        let stored = "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202"
        let octets = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.202"
        return [
            ("application/octet-stream", native), ("application/*", native),
            ("application/octet-stream; transfer-syntax=*", octets),
            ("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.202", octets),
            ("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1", native),
            ("application/octet-stream; transfer-syntax=1.2.840.10008.1.2", nil),
            ("image/jphc", stored), ("image/jph", stored), ("image/jhc", stored), ("IMAGE/JPHC", stored),
            ("image/*", stored), ("image/jphc; transfer-syntax=*", stored), ("image/jpeg", nil), ("image/jp2", nil),
            ("image/jphc; transfer-syntax=1.2.840.10008.1.2.1", nil),
            ("image/jpeg, image/jphc", stored), ("image/jphc;q=0.1, application/octet-stream", native),
            ("image/jphc; transfer-syntax=1.2.840.10008.1.2.4.90; transfer-syntax=*", stored),
            ("application/dicom", nil), ("image/jphc;q=0", nil),
        ]
    }()

    @Test func aFrameComesAsAccepted() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            for (accept, contentType) in Self.frameForms {
                let answer = try #require(try await api.send(.get, Self.path(1) + "/frames/1", Self.accept(accept)))
                #expect(answer.status == (contentType == nil ? 406 : 200), "\(accept ?? "none")")
                #expect(answer.contentType == contentType ?? "application/json", "\(accept ?? "none")")
            }
        }
    }

    @Test func whoTakesMultipartGetsIt() async throws {
        let accepts = [nil, "*/*", "multipart/*", "multipart/related", "multipart/related; type=\"*/*\""]
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            for accept in accepts {
                let answer = try #require(try await api.send(.get, Self.path(1) + "/frames/1", Self.accept(accept)))
                #expect(answer.contentType == "multipart/related; type=\"application/octet-stream\"; boundary=id")
                #expect(answer.text.hasPrefix("\r\n--id\r\nContent-Type: application/octet-stream; transfer-syntax="))
                #expect(answer.body.suffix(10) == Array("\r\n--id--\r\n".utf8)[...])
            }
        }
    }

    /// NumberOfFrames says three, and there is one fragment (B111).
    @Test func framesThatCannotBeToldApartAreNotAcceptableAndTheInstanceIs() async throws {
        try await DICOMwebFixture.run { api in
            var instance = TestInstance.numbered(1)
            instance.frames = 3
            let file = try Self.encapsulated(
                instance, transferSyntaxUID: TransferSyntax.jpegBaseline.uid, fragments: [[0xFF, 0xD8, 0xFF, 0xD9]])
            #expect(try await Self.store(file, in: api) == 202)
            let frames = try await api.send(.get, Self.path(1) + "/frames/1", Self.accept("*/*; transfer-syntax=*"))
            #expect(frames?.status == 406)
            let whole = try await api.send(.get, Self.path(1), Self.accept("application/dicom; transfer-syntax=*"))
            #expect(whole?.status == 200)
        }
    }

    /// A transfer syntax that nobody knows (B120).
    @Test func aBlobIsOneFrameAsItCame() async throws {
        try await DICOMwebFixture.run { api in
            let blob: [UInt8] = [1, 2, 3, 4, 5, 6]
            let file = try Self.encapsulated(.numbered(1), transferSyntaxUID: "1.2.3.4.5", fragments: [blob])
            #expect(try await Self.store(file, in: api) == 202)
            for accept in ["application/octet-stream; transfer-syntax=*", "application/octet-stream"] {
                let answer = try await api.send(.get, Self.path(1) + "/frames/1", Self.accept(accept))
                #expect(answer?.status == 200)
                #expect(answer?.body == blob)
            }
            let named = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
            #expect(try await api.send(.get, Self.path(1) + "/frames/1", Self.accept(named))?.status == 406)
            #expect(try await api.send(.get, Self.path(1) + "/frames/2", Self.accept("*/*"))?.status == 404)
        }
    }

    // MARK: Metadata and bulk data

    @Test func metadataIsCompressedForWhoTakesIt() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1), .numbered(2)])
            let plain = try #require(try await api.send(.get, Self.path + "/metadata"))
            #expect(try plain.dataSets().map { $0.integer(.instanceNumber) } == [1, 2])
            #expect(plain.contentType == "application/dicom+json")
            #expect(plain.headers[.vary] == "Accept-Encoding")
            let small = try #require(try await api.send(.get, Self.path + "/metadata", [.acceptEncoding: "br, gzip"]))
            #expect(small.headers[.contentEncoding] == "gzip")
            #expect(small.body == Gzip.compress(plain.body))
        }
    }

    @Test(
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("GZIP;q=0.5", true), ("*", true), ("br", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false), ("gzip;q=0, *", false), ("*;q=0, gzip", true), ("identity", false),
        ] as [(String?, Bool)])
    func gzipIsNegotiated(header: String?, isAllowed: Bool) {
        #expect(AcceptEncoding.allowsGzip(header) == isAllowed)
    }

    @Test func metadataIsJSONOrNothing() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            for accept in ["text/html", "application/dicom+xml", "multipart/related; type=application/dicom+xml"] {
                for path in [Self.path + "/metadata", "studies"] {
                    #expect(try await api.send(.get, path, Self.accept(accept))?.status == 406, "\(accept)")
                }
            }
        }
    }

    @Test func valuesOverAMegabyteAreFoundUnderTheirURI() async throws {
        try await DICOMwebFixture.run { api in
            var instance = TestInstance.numbered(1)
            let value = (0..<(1 << 20) + 2).map { UInt8(truncatingIfNeeded: $0) }
            instance.elements = [
                DataElement(Tag(0x0009, 0x0010), .LO, "TEST"),
                DataElement(Tag(0x0009, 0x1001), .OB, .bytes(value[...])),
            ]
            _ = try await api.stow([instance])
            let searches = ["instances?includefield=00091001&00090010=TEST", "instances?includefield=all"]
            for path in [Self.path + "/metadata"] + searches {
                let answer = try #require(try await api.send(.get, path))
                #expect(answer.body.count < 10_000)
                let json = try #require(try JSONValue(answer.body).array?.first)
                let uri = try #require(json["00091001"]?["BulkDataURI"]?.string, "\(path)")
                let place = try #require(uri.split(separator: "\(api.datastore.id)/").last)
                for accept in ["*/*", "application/octet-stream"] {
                    #expect(try await api.send(.get, String(place), Self.accept(accept))?.body == value)
                }
                let parts = try await api.send(.get, String(place), Self.accept("multipart/related; type=\"*/*\""))
                #expect(parts?.contentType == "multipart/related; type=\"application/octet-stream\"; boundary=id")
                #expect(try await api.send(.get, String(place), Self.accept("image/jpeg"))?.status == 406)
                #expect(try await api.send(.get, String(place) + "0")?.status == 404)
            }
        }
    }

    @Test func theFirstHeaderOfAMultipartAnswerStaysShort() {
        let writer = MultipartWriter(boundary: "b")
        let long = "http://store/" + String(repeating: "1", count: 1_000)
        #expect(writer.header(contentType: "a/b", location: long).readableBytes < 100)
        #expect(
            String(buffer: writer.header(contentType: "a/b", location: "http://x")).contains(
                "Content-Location: http://x\r\n"))
    }
}
