import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import NativeAPI

/// Every operation served against botocore's own service model, as installed for the tests: method, path, bindings,
/// patterns, lengths, ranges, error lists.
@Suite(.enabled(if: ServiceModel.isPresent, "botocore is not installed: run the tests by `make test`"))
struct ServiceModelTests {
    @Test func everyOperationServedIsAsModelled() throws {
        let model = try #require(ServiceModel.shared)
        for interface in NativeOperations.interfaces {
            let modelled = try #require(model.operations[interface.name], "\(interface.name) is not in the model")
            #expect(interface.method.rawValue == modelled.method, "\(interface.name)")
            #expect(interface.path == modelled.path, "\(interface.name)")
            #expect(Set(interface.errors.map(\.rawValue)) == modelled.errors, "\(interface.name)")
            try Self.compare(interface.members, model.members(ofInput: modelled.input), "\(interface.name)", model)
        }
    }

    @Test func everyOperationOfTheModelIsServed() throws {
        let model = try #require(ServiceModel.shared)
        #expect(Set(model.operations.keys) == Set(NativeOperations.interfaces.map(\.name)))
    }

    @Test func everyErrorHasItsStatus() throws {
        let model = try #require(ServiceModel.shared)
        for code in ServiceError.Code.allCases {
            #expect(model.status(ofError: code.rawValue) == code.status.code, "\(code.rawValue)")
        }
    }

    /// The hand-made matchers accept what the model's expressions accept, on random text made of telling pieces.
    @Test func matchersAcceptTheLanguageOfTheirExpressions() throws {
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "a", "Z", "0", "9", "-", ".", "_", ":", "/", "#", "+", "=", " ", "~", "!", "\n", "é", "aws:", "arn:aws",
            "arn:aws-cn", ":iam::", "123456789012", ":role/", "s3://", "bucket", ":medical-imaging:", "us-east-1",
            ":datastore/", "/imageset/", "0123456789abcdef0123456789abcdef", ":kms:", ":key/", ":alias/", ":lambda:",
            ":function:", ";", "<", "@", "x", "12345678-1234-1234-1234-123456789012",
        ]
        for pattern in Self.patterns {
            let expression = try NSRegularExpression(pattern: "^(?:" + Self.tractable(pattern) + ")$")
            for _ in 0..<3_000 {
                let count = Int.random(in: 0...7, using: &generator)
                let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
                let range = NSRange(text.startIndex..., in: text)
                let match = expression.firstMatch(in: text, range: range)
                // `$` of the expression also matches before a final line feed; the model means whole texts.
                let isMatch = match?.range == range
                #expect(pattern.matches(text) == isMatch, "\(pattern.text) on \(text.debugDescription)")
            }
            for text in Self.members(of: pattern) { #expect(pattern.matches(text), "\(pattern.text) on \(text)") }
        }
    }

    /// The model's expression, or one of the same language where that would be tried in exponentially many ways.
    private static func tractable(_ pattern: Pattern) -> String {
        pattern.text == Pattern.metadataFilePath.text ? "[!-~]([ -~]*[!-~])?" : pattern.text
    }

    private static let patterns: [Pattern] = [
        .resourceID, .jobID, .digits, .uid, .clientToken, .resourceName, .tagKey, .arn, .roleARN, .s3URI, .kmsKeyARN,
        .lambdaARN, .metadataFilePath,
    ]

    private static func members(of pattern: Pattern) -> [String] {
        let id = "0123456789abcdefghijklmnopqrstuv"
        return switch pattern.text {
        case Pattern.arn.text:
            [
                "arn:aws:medical-imaging:us-east-1:123456789012:datastore/\(id)",
                "arn:aws-us-gov:medical-imaging:us-gov-west-1:123456789012:datastore/\(id)/imageset/\(id)",
            ]
        case Pattern.roleARN.text: ["arn:aws:iam::123456789012:role/path/name", "arn:aws-cn:iam::123456789012:role/x"]
        case Pattern.kmsKeyARN.text: ["arn:aws:kms:us-east-1:123456789012:alias/key"]
        case Pattern.lambdaARN.text: ["arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"]
        case Pattern.s3URI.text: ["s3://abc", "s3://my.bucket-1/a prefix/ü"]
        case Pattern.resourceID.text: [id]
        default: []
        }
    }

    private static func compare(
        _ served: [Member], _ modelled: [ServiceModel.Member], _ place: String, _ model: ServiceModel
    ) throws {
        #expect(Set(served.map(\.name)) == Set(modelled.map(\.name)), "\(place)")
        for member in served {
            let place = "\(place).\(member.name)"
            guard let other = modelled.first(where: { $0.name == member.name }) else { continue }
            #expect(member.wireName == other.wireName, "\(place)")
            #expect(member.location.rawValue == other.location, "\(place)")
            #expect(member.isRequired == other.isRequired, "\(place)")
            try compare(member.shape, other.shape, place, model)
        }
    }

    private static func compare(_ shape: Shape, _ name: String, _ place: String, _ model: ServiceModel) throws {
        let modelled = try #require(model.shapes[name], "\(place): no shape \(name)")
        let length = Self.range(modelled)
        switch shape {
        case .string(let pattern, let range, let isSensitive):
            #expect(modelled["type"] as? String == "string", "\(place)")
            #expect(pattern?.text == modelled["pattern"] as? String, "\(place)")
            #expect(range == length, "\(place)")
            #expect(isSensitive == (modelled["sensitive"] as? Bool ?? false), "\(place)")
        case .blob(let range, let isSensitive):
            #expect(modelled["type"] as? String == "blob", "\(place)")
            #expect(range == length, "\(place)")
            #expect(isSensitive == (modelled["sensitive"] as? Bool ?? false), "\(place)")
        case .enumeration(let cases):
            #expect(cases == modelled["enum"] as? [String], "\(place)")
        case .integer(let range):
            #expect(modelled["type"] as? String == "integer", "\(place)")
            #expect(range == length, "\(place)")
        case .boolean: #expect(modelled["type"] as? String == "boolean", "\(place)")
        case .timestamp: #expect(modelled["type"] as? String == "timestamp", "\(place)")
        case .list(let element, let count):
            #expect(count == length, "\(place)")
            let member = try #require(modelled["member"] as? [String: Any])
            try compare(element, try #require(member["shape"] as? String), place, model)
        case .map(let key, let value):
            let (keys, values) = (modelled["key"] as? [String: Any], modelled["value"] as? [String: Any])
            try compare(key, try #require(keys?["shape"] as? String), place, model)
            try compare(value, try #require(values?["shape"] as? String), place, model)
        case .structure(let members, let isUnion):
            #expect(isUnion == (modelled["union"] as? Bool ?? false), "\(place)")
            try compare(members, model.members(of: name), place, model)
        }
    }

    private static func range(_ shape: [String: Any]) -> ClosedRange<Int>? {
        guard let least = shape["min"] as? Int, let most = shape["max"] as? Int else { return nil }
        return least...most
    }
}
