import DICOM
import Exchange
import TestSupport
import Testing

struct SearchImageSetsTests {
    private static func series(_ answer: NativeAPIFixture.Answer) -> [String?] {
        (answer.json["imageSetsMetadataSummaries"]?.array ?? []).map {
            $0["DICOMTags"]?["DICOMSeriesInstanceUID"]?.string
        }
    }

    @Test func pagesNeitherRepeatNorSkip() async throws {
        try await NativeAPIFixture.run { api in
            for number in 1...5 { try await api.ingest(number) }
            var found: [String?] = []
            var token: String?
            var pages = 0
            repeat {
                let query = "maxResults=2" + (token.map { "&nextToken=\(PercentEncoding.encode($0))" } ?? "")
                let answer = try await api.search("", query)
                #expect(answer.status == 200)
                found += Self.series(answer)
                token = answer.json["nextToken"]?.string
                pages += 1
                // What comes meanwhile was not there at the start.
                if pages == 1 { try await api.ingest(6) }
            } while token != nil && pages < 10
            #expect(found == ["1.2.5", "1.2.4", "1.2.3", "1.2.2", "1.2.1"])
            #expect(pages == 3)
        }
    }

    @Test func aTokenIsOfOneRequestOnly() async throws {
        try await NativeAPIFixture.run { api in
            for number in 1...3 { try await api.ingest(number) }
            let first = try await api.search("", "maxResults=1")
            let token = PercentEncoding.encode(try #require(first.json["nextToken"]?.string))
            // Another page size is the same request; other criteria are not.
            #expect(try await api.search("", "maxResults=2&nextToken=\(token)").status == 200)
            let ascending = #"{"sort":{"sortField":"updatedAt","sortOrder":"ASC"}}"#
            for answer in [
                try await api.search(ascending, "nextToken=\(token)"), try await api.search("", "nextToken=x"),
                try await api.search("", "nextToken=\(token)AAAA"), try await api.search("", "nextToken="),
            ] {
                #expect(answer.status == 400)
                #expect(answer.errorType == "ValidationException")
            }
        }
    }

    /// A client sees no difference between an absent member and a null one; the request's sort comes back.
    @Test func theSortOfTheRequestIsRepeated() async throws {
        try await NativeAPIFixture.run { api in
            #expect(try await api.search().json["sort"] == nil)
            let sort = #"{"sort":{"sortField":"createdAt","sortOrder":"ASC"}}"#
            let answer = try await api.search(sort)
            #expect(answer.json["sort"]?["sortField"]?.string == "createdAt")
            #expect(answer.json["sort"]?["sortOrder"]?.string == "ASC")
        }
    }

    @Test(arguments: ["", "{}", "null", #"{"filters":null,"sort":null}"#])
    func withoutCriteriaEverythingIsFound(body: String) async throws {
        try await NativeAPIFixture.run { api in
            try await api.ingest(1)
            #expect(Self.series(try await api.search(body)) == ["1.2.1"])
        }
    }

    @Test func timesAreEpochOrISO8601() async throws {
        try await NativeAPIFixture.run { api in
            try await api.ingest(1)
            for (from, to, isFound) in [
                ("1600000000", "1800000000.5", true), ("1.6E9", "1.8E9", true),
                (#""2023-01-01T00:00:00Z""#, #""2024-01-01T00:00:00Z""#, true),
                (#""2023-01-01T00:00:00.000Z""#, #""2024-01-01T00:00:00.123Z""#, true),
                (#""2023-01-01T00:00:00+02:00""#, #""2024-01-01T00:00:00-05:00""#, true),
                ("0", "1600000000", false),
            ] {
                let criteria =
                    #"{"filters":[{"operator":"BETWEEN","values":[{"createdAt":\#(from)},{"createdAt":\#(to)}]}]}"#
                let answer = try await api.search(criteria)
                #expect(answer.status == 200, "\(from)")
                #expect(Self.series(answer) == (isFound ? ["1.2.1"] : []), "\(from)")
            }
        }
    }

    @Test func whatMakesNoSenseIsAValidationException() async throws {
        func filter(_ operation: String, _ values: String) -> String {
            #"{"filters":[{"operator":"\#(operation)","values":[\#(values)]}]}"#
        }
        try await NativeAPIFixture.run { api in
            for body in [
                "[]", "1", "\"x\"", "{", #"{"filters":[]}"#, #"{"filters":[{}]}"#, filter("EQUAL", ""),
                filter("LIKE", #"{"isPrimary":true}"#), filter("EQUAL", #"{}"#),
                filter("EQUAL", #"{"isPrimary":"yes"}"#), filter("EQUAL", #"{"isPrimary":true,"DICOMStudyId":"1"}"#),
                filter("EQUAL", #"{"isPrimary":true},{"isPrimary":true}"#),
                filter("BETWEEN", #"{"createdAt":1}"#), filter("BETWEEN", #"{"createdAt":1},{"updatedAt":2}"#),
                filter("BETWEEN", #"{"createdAt":2},{"createdAt":1}"#),
                filter("BETWEEN", #"{"DICOMPatientId":"a"},{"DICOMPatientId":"b"}"#),
                filter("BETWEEN", #"{"createdAt":"yesterday"},{"createdAt":2}"#),
                filter("BETWEEN", #"{"createdAt":1e300},{"createdAt":1e301}"#),
                filter("BETWEEN", #"{"createdAt":"nan"},{"createdAt":"infinity"}"#),
                filter("EQUAL", #"{"DICOMStudyDateAndTime":{"DICOMStudyDate":"2024"}}"#),
                filter("EQUAL", #"{"DICOMStudyDateAndTime":{"DICOMStudyTime":"10"}}"#),
                filter("EQUAL", #"{"DICOMStudyInstanceUID":"a"}"#), #"{"sort":{"sortField":"createdAt"}}"#,
                #"{"sort":{"sortField":"name","sortOrder":"ASC"}}"#,
            ] {
                let answer = try await api.search(body)
                #expect(answer.status == 400, "\(body)")
                #expect(answer.errorType == "ValidationException", "\(body)")
            }
            for query in ["maxResults=0", "maxResults=51", "maxResults=x", "maxResults=", "maxResults=1.5"] {
                #expect(try await api.search("", query).status == 400, "\(query)")
            }
        }
    }

    @Test func refusalsRepeatNoPatientData() async throws {
        try await NativeAPIFixture.run { api in
            let long = "SECRET" + String(repeating: "x", count: 600)
            for member in ["DICOMPatientId", "DICOMAccessionNumber", "DICOMStudyInstanceUID"] {
                let answer = try await api.search(
                    #"{"filters":[{"operator":"EQUAL","values":[{"\#(member)":"\#(long)"}]}]}"#)
                #expect(answer.status == 400)
                #expect(answer.message?.contains("SECRET") == false)
                #expect(answer.message?.contains(member) == true)
            }
        }
    }

    @Test func valuesAreComparedExactly() async throws {
        try await NativeAPIFixture.run { api in
            try await api.ingest(1) { $0.patientID = "P-1" }
            for (value, count) in [("P-1", 1), ("p-1", 0), ("P*", 0), ("P-1 ", 0)] {
                let answer = try await api.search(
                    #"{"filters":[{"operator":"EQUAL","values":[{"DICOMPatientId":"\#(value)"}]}]}"#)
                #expect(Self.series(answer).count == count, "\(value)")
            }
        }
    }
}
