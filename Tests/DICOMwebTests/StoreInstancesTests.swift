import Catalog
import DICOM
import Exchange
import HTTPTypes
import NIOCore
import Store
import TestSupport
import Testing

@testable import DICOMweb

struct StoreInstancesTests {
    private static let single: HTTPFields = [.contentType: "application/dicom"]
    private static let multipart: HTTPFields = [.contentType: "multipart/related; boundary=b"]

    private static func instanceCount(_ api: DICOMwebFixture) async throws -> Int {
        try await api.datastore.instances(IndexQuery(matches: [], offset: 0, limit: 10), order: .instanceNumber).count
    }

    private static func part(_ instance: TestInstance) throws -> [UInt8] {
        Array("--b\r\nContent-Type: application/dicom\r\n\r\n".utf8) + (try instance.file()) + Array("\r\n".utf8)
    }

    @Test func nothingIsVisibleOfABodyThatEndsInAnError() async throws {
        let codes: [ExchangeError.Code] = [.bodyMismatch, .disconnected, .malformed]
        try await DICOMwebFixture.run { api in
            let file = try TestInstance.numbered(1).file()
            let whole = try Self.part(.numbered(1)) + Array("--b--\r\n".utf8)
            for code in codes {
                for (headers, bytes) in [(Self.multipart, whole), (Self.single, file)] {
                    let body = DICOMwebFixture.body([bytes], failing: ExchangeError(code, ""))
                    let answer = try await api.send(.post, "studies", headers, body: body)
                    #expect(answer?.status == (code == .bodyMismatch ? 403 : 400), "\(code)")
                }
            }
            #expect(try await Self.instanceCount(api) == 0)
        }
    }

    @Test func aSingleFileMayComeInAnyPieces() async throws {
        try await DICOMwebFixture.run { api in
            let file = try TestInstance.numbered(1).file()
            let pieces = stride(from: 0, to: file.count, by: 7).map { Array(file[$0..<min($0 + 7, file.count)]) }
            let answer = try await api.send(
                .post, "studies", Self.single, body: DICOMwebFixture.body([[]] + pieces + [[]]))
            #expect(answer?.status == 200)
            #expect(try await Self.instanceCount(api) == 1)
        }
    }

    @Test func anEmptyBodyHoldsNoInstance() async throws {
        try await DICOMwebFixture.run { api in
            for headers in [Self.single, Self.multipart] {
                let answer = try await api.send(.post, "studies", headers)
                #expect(answer?.status == 400)
            }
        }
    }

    @Test func theLimitCountsEveryByteOfTheBody() async throws {
        try await DICOMwebFixture.run {
            $0.quotas.storeRequestBytes = 2_000
        } _: { api in
            let preamble = Array(repeating: Array(repeating: UInt8(ascii: "x"), count: 500), count: 5)
            let answers = [
                // Never a boundary, so never a part.
                try await api.send(.post, "studies", Self.multipart, body: DICOMwebFixture.body(preamble)),
                try await api.send(.post, "studies", Self.single, body: DICOMwebFixture.body(preamble)),
                // Told beforehand: not a byte is read.
                try await api.send(
                    .post, "studies", Self.single,
                    body: DICOMwebFixture.body([], declared: 2_001, failing: ExchangeError(.disconnected, ""))),
            ]
            for answer in answers { #expect(answer?.status == 413) }
            #expect(try await Self.instanceCount(api) == 0)
        }
    }

    @Test func aClientThatReadsOnlyXMLIsRefusedBeforeAnythingIsStored() async throws {
        try await DICOMwebFixture.run { api in
            var headers = Self.single
            headers[.accept] = "application/dicom+xml"
            let body = RequestBody(ByteBuffer(bytes: try TestInstance.numbered(1).file()))
            #expect(try await api.send(.post, "studies", headers, body: body)?.status == 406)
            #expect(try await Self.instanceCount(api) == 0)
            headers[.accept] = "text/html"
            let answer = try await api.send(.post, "studies", headers, body: body)
            #expect(answer?.status == 200)
            #expect(answer?.contentType == "application/dicom+json")
        }
    }

    @Test func anAnswerTellsWhereEachInstanceWent() async throws {
        try await DICOMwebFixture.run { api in
            var stranger = TestInstance.numbered(2)
            stranger.study = "1.2.3"
            let own = TestInstance.numbered(1)
            let answer = try #require(try await api.stow([own, stranger], to: "studies/\(own.study)"))
            #expect(answer.status == 202)
            let module = try #require(try answer.dataSets().first)
            let stored = module.items(.referencedSOPSequence)
            #expect(stored.map { $0.string(.referencedSOPInstanceUID) } == [own.sop])
            #expect(stored.first?.string(.retrieveURL)?.hasSuffix("/series/\(own.series)/instances/\(own.sop)") == true)
            let failed = module.items(.failedSOPSequence)
            #expect(failed.map { $0.string(.referencedSOPInstanceUID) } == [stranger.sop])
            #expect(failed.first?.integer(.failureReason) == 0xA900)
            #expect(try await api.stow([stranger], to: "studies/\(own.study)")?.status == 409)
            #expect(try await Self.instanceCount(api) == 1)
        }
    }

    @Test func aPartThatIsNoDICOMFailsAlone() async throws {
        try await DICOMwebFixture.run { api in
            let body = Array("--b\r\n\r\nnonsense\r\n".utf8) + (try Self.part(.numbered(1))) + Array("--b--".utf8)
            let answer = try #require(
                try await api.send(.post, "studies", Self.multipart, body: DICOMwebFixture.body([body])))
            #expect(answer.status == 202)
            #expect(try answer.dataSets().first?.items(.failedSOPSequence).first?.integer(.failureReason) == 0xC000)
            #expect(try await Self.instanceCount(api) == 1)
        }
    }

    @Test func whatCannotBeReadIsRefused() async throws {
        let types = [
            ("", 415), ("text/plain", 415), ("application/dicom+json", 415), ("multipart/form-data; boundary=b", 415),
            ("multipart/related; type=\"application/dicom+xml\"; boundary=b", 415), ("multipart/related", 400),
            ("multipart/related; boundary=\"\"", 400),
        ]
        try await DICOMwebFixture.run { api in
            for (contentType, status) in types {
                let headers: HTTPFields = contentType.isEmpty ? [:] : [.contentType: contentType]
                let answer = try await api.send(.post, "studies", headers)
                #expect(answer?.status == status, "\(contentType)")
            }
        }
    }

    @Test func partsOfOtherTypesAreRefused() async throws {
        try await DICOMwebFixture.run { api in
            let body = Array("--b\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--b--".utf8)
            let answer = try await api.send(.post, "studies", Self.multipart, body: DICOMwebFixture.body([body]))
            #expect(answer?.status == 415)
        }
    }
}
