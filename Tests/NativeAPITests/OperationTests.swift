import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store
import Testing

@testable import NativeAPI

/// What all operations have in common: binding, checking, wording.
struct OperationTests {
    private static let none = "00000000000000000000000000000000"

    @Test func membersAreNamedAsTheServiceNamesThem() async throws {
        try await NativeAPIFixture.run { api in
            let answer = try #require(try await api.send(.get, "/datastore/ABC"))
            #expect(answer.status == 400)
            #expect(
                answer.message
                    == "1 validation error detected: Value 'ABC' at 'datastoreId' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [0-9a-z]{32}")
            let two = try #require(try await api.send(.get, "/datastore?maxResults=99&datastoreStatus=x"))
            #expect(two.message?.hasPrefix("2 validation errors detected: ") == true)
            let missing = try #require(try await api.send(.post, "/datastore", "{}"))
            #expect(
                missing.message
                    == "1 validation error detected: Value null at 'clientToken' failed to satisfy constraint: "
                    + "Member must not be null")
        }
    }

    @Test func manyFaultsMakeAShortMessage() async throws {
        try await NativeAPIFixture.run { api in
            let tags = (0..<900).map { "\"?\($0)\":1" }.joined(separator: ",")
            let answer = try #require(
                try await api.send(.post, "/datastore", #"{"clientToken":"a","tags":{\#(tags)}}"#))
            #expect(answer.status == 400)
            #expect((answer.message?.utf8.count ?? 0) < 8_000)
        }
    }

    @Test func whatDoesNotExistIsNotFound() async throws {
        try await NativeAPIFixture.run { api in
            let id = api.datastore.id.description
            let requests: [(HTTPRequest.Method, String, String)] = [
                (.get, "/datastore/\(Self.none)", ""), (.delete, "/datastore/\(Self.none)", ""),
                // Fits the model's pattern, and is none of ours.
                (.get, "/datastore/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", ""),
                (.get, "/getDICOMImportJob/datastore/\(id)/job/\(Self.none)", ""),
                (.get, "/getDICOMImportJob/datastore/\(id)/job/x", ""),
                (.post, "/datastore/\(id)/imageSet/\(Self.none)/getImageSet", ""),
                (.post, "/datastore/\(id)/imageSet/\(Self.none)/getImageSetMetadata", "stray"),
                (.post, "/datastore/\(id)/imageSet/\(Self.none)/listImageSetVersions", ""),
                (.post, "/datastore/\(id)/imageSet/\(Self.none)/deleteImageSet", ""),
                (
                    .post, "/datastore/\(id)/imageSet/\(Self.none)/getImageFrame",
                    #"{"imageFrameId":"\#(Self.none)"}"#
                ),
                (.get, "/tags/arn:aws:medical-imaging:us-east-1:123456789012:datastore%2F\(Self.none)", ""),
                (.get, "/tags/arn:aws:medical-imaging:eu-west-1:123456789012:datastore%2F\(id)", ""),
            ]
            for (method, path, body) in requests {
                let answer = try #require(try await api.send(method, path, body), "\(path)")
                #expect(answer.status == 404, "\(path)")
                #expect(answer.errorType == "ResourceNotFoundException", "\(path)")
            }
        }
    }

    @Test func versionsAreNumbersOfAnySize() async throws {
        try await NativeAPIFixture.run { api in
            try await api.ingest(1)
            let id = try #require(
                try await api.search().json["imageSetsMetadataSummaries"]?.array?.first?["imageSetId"]?.string)
            let path = "/datastore/\(api.datastore.id)/imageSet/\(id)/getImageSet"
            for (version, status) in [
                ("1", 200), ("001", 200), ("0", 404), ("2", 404), ("99999999999999999999999", 404), ("-1", 400),
                ("x", 400), ("", 400),
            ] {
                #expect(try await api.send(.post, "\(path)?version=\(version)")?.status == status, "\(version)")
            }
            #expect(try await api.send(.post, path, "{ stray")?.json["versionId"]?.string == "1")
        }
    }

    @Test func anARNMayBeOneSegmentOrSeveral() async throws {
        try await NativeAPIFixture.run { api in
            let arn = api.store.name(of: api.datastore.id).description
            let encoded = PercentEncoding.encode(arn)
            for path in ["/tags/\(encoded)", "/tags/\(arn)"] {
                let tagged = try await api.send(.post, path, #"{"tags":{"Stage":"test"}}"#)
                #expect(tagged?.status == 200)
                #expect(try await api.send(.get, path)?.json["tags"]?["Stage"]?.string == "test")
                #expect(try await api.send(.delete, "\(path)?tagKeys=Stage&tagKeys=Other")?.status == 200)
                #expect(try await api.send(.get, path)?.json["tags"]?.object?.members.isEmpty == true)
            }
            for tags in [#"{"aws:x":"1"}"#, #"{"":"1"}"#, #"{"a":1}"#, #"{"ü":"1"}"#] {
                #expect(try await api.send(.post, "/tags/\(encoded)", #"{"tags":\#(tags)}"#)?.status == 400, "\(tags)")
            }
            let many = (0...50).map { "\"Key\(Character(Unicode.Scalar(UInt8(97 + $0 % 26))))\($0 / 26)\":\"\"" }
                .joined(separator: ",")
            #expect(try await api.send(.post, "/tags/\(encoded)", #"{"tags":{\#(many)}}"#)?.status == 400)
        }
    }

    @Test func onlyTheBucketOfThisMachineIsReserved() async throws {
        try await NativeAPIFixture.run { api in
            for (number, (bucket, status)) in [
                ("local-folder", 400), ("local-folder/x", 400), ("local-folders", 200), ("local-folder.x/y", 200),
                ("bucket", 200), ("bu", 400), ("Bucket", 400),
            ].enumerated() {
                for (input, output) in [(bucket, "bucket"), ("bucket", bucket)] {
                    let body = """
                        {"clientToken":"\(number)\(input == bucket)","dataAccessRoleArn":"arn:aws:iam::123456789012:role/r",
                        "inputS3Uri":"s3://\(input)","outputS3Uri":"s3://\(output)"}
                        """
                    let answer = try await api.send(.post, "/startDICOMImportJob/datastore/\(api.datastore.id)", body)
                    #expect(answer?.status == status, "\(bucket)")
                }
            }
        }
    }

    @Test func jobsAreListedPageByPage() async throws {
        try await NativeAPIFixture.run { api in
            for number in 1...3 {
                let body = """
                    {"jobName":"job-\(number)","clientToken":"\(number)","inputS3Uri":"s3://bucket/i","outputS3Uri":"s3://bucket/o",
                    "dataAccessRoleArn":"arn:aws:iam::123456789012:role/r"}
                    """
                let answer = try await api.send(.post, "/startDICOMImportJob/datastore/\(api.datastore.id)", body)
                #expect(answer?.json["jobStatus"]?.string == "SUBMITTED")
            }
            let path = "/listDICOMImportJobs/datastore/\(api.datastore.id)?maxResults=2"
            let first = try #require(try await api.send(.get, path))
            let token = PercentEncoding.encode(try #require(first.json["nextToken"]?.string))
            let second = try #require(try await api.send(.get, "\(path)&nextToken=\(token)"))
            let names = [first, second].flatMap { $0.json["jobSummaries"]?.array ?? [] }.map { $0["jobName"]?.string }
            #expect(names == ["job-3", "job-2", "job-1"])
            #expect(second.json["nextToken"] == nil)
            #expect(try await api.send(.get, "\(path)&jobStatus=FAILED")?.json["jobSummaries"]?.array?.isEmpty == true)
        }
    }

    @Test func aRunningJobTellsHowFarItIs() async throws {
        try await NativeAPIFixture.run { api in
            let id = try await api.datastore.submitImportJob(
                ImportJobSubmission(
                    clientToken: "1", dataAccessRoleARN: "arn:aws:iam::123456789012:role/r", inputS3URI: "s3://b/i",
                    outputS3URI: "s3://b/o")
            ).id
            let path = "/getDICOMImportJob/datastore/\(api.datastore.id)/job/\(id)"
            #expect(try await api.send(.get, path)?.json["jobProperties"]?["message"] == nil)
            let job = try #require(try await api.datastore.claimImportJob(id, by: 1))
            _ = try await api.datastore.beginImportJob(
                job,
                files: [
                    ImportFileRecord(key: "a", byteCount: 1, state: .pending),
                    ImportFileRecord(
                        key: "b", byteCount: 1,
                        state: .failed(exceptionType: "ValidationException", message: "no", isServerFault: false)),
                ])
            let properties = try await api.send(.get, path)?.json["jobProperties"]
            #expect(properties?["jobStatus"]?.string == "IN_PROGRESS")
            #expect(properties?["message"]?.string == "1 of 2 files read, 1 FAILED")
        }
    }

    @Test func unknownPathsAreNoOperation() async throws {
        try await NativeAPIFixture.run { api in
            for (method, path) in [
                (HTTPRequest.Method.put, "/datastore"), (.get, "/"), (.get, "/datastore/x/y"), (.get, "/tags"),
                (.post, "/datastore/\(api.datastore.id)/imageSet"),
            ] {
                let answer = try await api.send(method, path)
                #expect(answer == nil, "\(path)")
            }
        }
    }
}
