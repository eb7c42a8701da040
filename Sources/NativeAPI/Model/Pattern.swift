/// A regular expression of the service model: its text, for messages and for the comparison with the model, and a
/// hand-made matcher of the same language, because requests are matched on the hot path. A test compares the two on
/// random text.
public struct Pattern: Sendable {
    /// The expression as the model writes it.
    public let text: String
    /// Whether a whole text matches.
    public let matches: @Sendable (_ text: String) -> Bool

    init(_ text: String, _ matches: @escaping @Sendable (String) -> Bool) {
        self.text = text
        self.matches = matches
    }

    /// A non-empty run of ASCII characters of a class.
    private static func run(of isMember: @escaping @Sendable (UInt8) -> Bool) -> @Sendable (String) -> Bool {
        { text in !text.isEmpty && text.utf8.allSatisfy(isMember) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLower(byte | 0x20)
    }

    private static func contains(_ characters: StaticString) -> @Sendable (UInt8) -> Bool {
        { byte in characters.withUTF8Buffer { $0.contains(byte) } }
    }

    static let resourceID = Pattern("[0-9a-z]{32}") { text in
        text.utf8.count == 32 && text.utf8.allSatisfy { isDigit($0) || isLower($0) }
    }
    static let jobID = Pattern("[0-9a-z]+", run { isDigit($0) || isLower($0) })
    static let digits = Pattern("\\d+", run(of: isDigit))
    static let uid = Pattern("[0-9.]+", run { isDigit($0) || $0 == UInt8(ascii: ".") })
    static let clientToken = Pattern(
        "[A-Za-z0-9._-]+", run { isAlphanumeric($0) || contains("._-")($0) })
    static let resourceName = Pattern(
        "[A-Za-z0-9._/#-]+", run { isAlphanumeric($0) || contains("._/#-")($0) })
    static let nextToken = Pattern("\\p{ASCII}{0,8192}") { text in
        text.utf8.count <= 8_192 && text.utf8.allSatisfy { $0 < 0x80 }
    }
    /// `+-=` is a range here, from `+` to `=`: the model is read as written.
    static let tagKey = Pattern("(?!aws:)[a-zA-Z+-=._:/]+") { text in
        !text.hasPrefix("aws:")
            && run { isLower($0 | 0x20) && $0 & 0x40 != 0 || (0x2B...0x3D).contains($0) || contains("._:/")($0) }(text)
    }
    static let arn = Pattern(
        "arn:aws((-us-gov)|(-iso)|(-iso-b)|(-cn))?:medical-imaging:[a-z0-9-]+:[0-9]{12}:"
            + "datastore/[0-9a-z]{32}(/imageset/[0-9a-z]{32})?"
    ) { text in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "medical-imaging",
            ["aws", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-cn"].contains(parts[1]),
            !parts[3].isEmpty, parts[3].utf8.allSatisfy({ isDigit($0) || isLower($0) || $0 == UInt8(ascii: "-") }),
            parts[4].utf8.count == 12, parts[4].utf8.allSatisfy(isDigit)
        else { return false }
        let path = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2 || path.count == 4, path[0] == "datastore", resourceID.matches(String(path[1])) else {
            return false
        }
        return path.count == 2 || path[2] == "imageset" && resourceID.matches(String(path[3]))
    }
    static let roleARN = Pattern("arn:aws(-[^:]+)?:iam::[0-9]{12}:role/.+") { text in
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn",
            parts[1] == "aws" || parts[1].hasPrefix("aws-") && parts[1].count > 4,
            parts[2] == "iam", parts[3].isEmpty, parts[4].utf8.count == 12, parts[4].utf8.allSatisfy(isDigit),
            parts[5].hasPrefix("role/")
        else { return false }
        let name = parts[5].dropFirst(5)
        return !name.isEmpty && !name.contains { $0.isNewline }
    }
    static let s3URI = Pattern("s3://[a-z0-9][\\.\\-a-z0-9]{1,61}[a-z0-9](/.*)?") { text in
        guard text.hasPrefix("s3://") else { return false }
        let rest = text.dropFirst(5)
        let bucket = rest.prefix { $0 != "/" }.utf8
        guard (3...63).contains(bucket.count), let first = bucket.first, let last = bucket.last,
            isDigit(first) || isLower(first), isDigit(last) || isLower(last)
        else { return false }
        return bucket.allSatisfy { isDigit($0) || isLower($0) || contains(".-")($0) } && !rest.contains { $0.isNewline }
    }
    static let kmsKeyARN = Pattern(
        "arn:aws[a-zA-Z-]{0,16}:kms:[a-z]{2}(-[a-z]{1,16}){1,3}-\\d{1}:\\d{12}:"
            + "((key/[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12})"
            + "|(alias/[a-zA-Z0-9:/_-]{1,256}))"
    ) { text in
        let expression =
            #/
            arn:aws[a-zA-Z-]{0,16}:kms:[a-z]{2}(-[a-z]{1,16}){1,3}-[0-9]:[0-9]{12}:
            ((key/[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12})
            |(alias/[a-zA-Z0-9:/_-]{1,256}))
            /#
        return (try? expression.wholeMatch(in: text)) != nil
    }
    static let lambdaARN = Pattern(
        "arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}:\\d{12}:function:"
            + "[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
    ) { text in
        let expression =
            #/
            arn:(aws[a-zA-Z\-]*)?:lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-[0-9]:[0-9]{12}:function:
            [a-zA-Z0-9\-_]+(:(\$LATEST|[a-zA-Z0-9\-_]+))?
            /#
        return (try? expression.wholeMatch(in: text)) != nil
    }
    static let metadataFilePath = Pattern("[a-zA-Z0-9!-~]+([a-zA-Z0-9!-~ ]*[a-zA-Z0-9!-~]+)*") { text in
        guard let first = text.utf8.first, let last = text.utf8.last, first != 0x20, last != 0x20 else { return false }
        return text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
