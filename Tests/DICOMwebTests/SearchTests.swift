import DICOM
import FrameCodecs
import HTTPTypes
import Store
import TestSupport
import Testing

@testable import DICOMweb

struct SearchTests {
    private static func numbers(_ answer: DICOMwebFixture.Answer?) throws -> [Int?] {
        try (answer?.dataSets() ?? []).map { $0.integer(.instanceNumber) }
    }

    @Test func pagesFollowOneAnother() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow((1...5).map { .numbered($0) })
            let first = try #require(try await api.send(.get, "instances?limit=2"))
            #expect(try Self.numbers(first) == [1, 2])
            #expect(first.headers[HTTPField.Name("Warning")!]?.hasPrefix("299 ") == true)
            let last = try #require(try await api.send(.get, "instances?limit=2&offset=4"))
            #expect(try Self.numbers(last) == [5])
            #expect(last.headers[HTTPField.Name("Warning")!] == nil)
            for offset in ["5", "1000000"] {
                let past = try #require(try await api.send(.get, "instances?offset=\(offset)"))
                #expect(past.status == 200)
                #expect(past.text == "[]")
            }
            #expect(try await api.send(.get, "instances?limit=0")?.text == "[]")
        }
    }

    @Test func answersAreCompressedForWhoTakesIt() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            let plain = try #require(try await api.send(.get, "studies"))
            #expect(plain.contentType == "application/dicom+json")
            let small = try #require(try await api.send(.get, "studies", [.acceptEncoding: "gzip"]))
            #expect(small.headers[.contentEncoding] == "gzip")
            #expect(small.body == Gzip.compress(plain.body))
        }
    }

    @Test func dateAndTimeAreOneInstant() async throws {
        try await DICOMwebFixture.run { api in
            var instances: [TestInstance] = []
            for (number, (date, time)) in [("20240101", "2000"), ("20240102", "0500"), ("20240102", "2000")]
                .enumerated()
            {
                var instance = TestInstance.numbered(number + 1)
                instance.study = "1.2.\(number + 1)"
                instance.series = "1.2.\(number + 1).1"
                instance.studyDate = date
                instance.elements = [DataElement(.studyTime, .TM, time)]
                instances.append(instance)
            }
            _ = try await api.stow(instances)
            let query = "studies?StudyDate=20240101-20240102&StudyTime=1200-0600"
            let found = try #require(try await api.send(.get, query)).dataSets()
            #expect(Set(found.compactMap { $0.string(.studyInstanceUID) }) == ["1.2.1", "1.2.2"])
        }
    }

    @Test func parentsStandInEveryAnswer() async throws {
        try await DICOMwebFixture.run { api in
            _ = try await api.stow([.numbered(1)])
            let instance = TestInstance.numbered(1)
            for path in [
                "studies/\(instance.study)/series", "series", "instances", "studies/\(instance.study)/instances",
            ] {
                let found = try #require(try await api.send(.get, path)?.dataSets().first)
                #expect(found.string(.studyInstanceUID) == instance.study, "\(path)")
                #expect(found.string(.seriesInstanceUID) == instance.series, "\(path)")
                #expect(found.string(.retrieveURL)?.hasPrefix("http://store/datastore/\(api.datastore.id)/") == true)
            }
        }
    }

    @Test func includedFieldsStandInTheAnswer() async throws {
        try await DICOMwebFixture.run { api in
            var instance = TestInstance.numbered(1)
            func code(_ value: String) -> DataSet {
                DataSet([DataElement(Tag(0x0008, 0x0100), .SH, value), DataElement(Tag(0x0008, 0x0104), .LO, "m")])
            }
            instance.elements = [
                DataElement(Tag(0x0008, 0x0096), items: [code("a"), code("b")]),
                DataElement(Tag(0x0019, 0x0012), .LO, "Philips"), DataElement(Tag(0x0019, 0x1201), .LO, "secret"),
            ]
            _ = try await api.stow([instance])
            let dotted = try #require(
                try await api.send(.get, "studies?includefield=00080096.00080100,00080096.00080104")?.dataSets().first)
            #expect(dotted.items(Tag(0x0008, 0x0096)) == [code("a"), code("b")])
            // Asked for by another block than the file's: the creator decides.
            let own = try #require(
                try await api.send(.get, "instances?includefield=00191001&00190010=Philips")?.dataSets().first)
            #expect(own.string(Tag(0x0019, 0x1201)) == "secret")
            let other = try #require(
                try await api.send(.get, "instances?includefield=00191001&00190010=Siemens")?.dataSets().first)
            #expect(other[Tag(0x0019, 0x1201)] == nil)
            #expect(other.string(.sopInstanceUID) == instance.sop)
        }
    }

    @Test func everyRouteIsTheActionOfItsOwn() throws {
        let routes: [(HTTPRequest.Method, String, String)] = [
            (.post, "studies", "StoreDICOM"), (.post, "studies/1", "StoreDICOMStudy"),
            (.get, "studies", "SearchDICOMStudies"), (.get, "studies/1/series", "SearchDICOMSeries"),
            (.get, "series", "SearchDICOMAllSeries"),
            (.get, "studies/1/series/2/instances", "SearchDICOMInstances"),
            (.get, "studies/1/instances", "SearchDICOMStudyInstances"), (.get, "instances", "SearchDICOMAllInstances"),
            (.get, "studies/1/series/2/instances/3", "GetDICOMInstance"),
            (.get, "studies/1/series/2/instances/3/metadata", "GetDICOMInstanceMetadata"),
            (.get, "studies/1/series/2/metadata", "GetDICOMSeriesMetadata"),
            (.get, "studies/1/series/2/instances/3/frames/1", "GetDICOMInstanceFrames"),
            (.get, "studies/1/series/2/instances/3/bulkdata/4", "GetDICOMBulkdata"),
        ]
        for (method, path, action) in routes {
            let segments = ["datastore", "d"] + path.split(separator: "/").map(String.init)
            let actions = Transactions.all.flatMap { $0.patterns }.filter { $0.labels(of: method, segments) != nil }
            #expect(actions.map(\.action) == [action], "\(path)")
        }
    }
}
