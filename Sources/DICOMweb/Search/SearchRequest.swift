import Catalog
import DICOM
import Exchange
import HTTPTypes

/// The query of a QIDO-RS search, read and checked (PS3.18 8.3.4, spec/40).
struct SearchRequest {
    /// The level searched.
    enum Level: Int {
        case study, series, instance
    }

    /// How many fields a query may ask for.
    private static let includeLimit = 50

    var matches: [Match] = []
    var includes: [IncludeField] = []
    var includesAll = false
    var limit = 1_000
    var offset = 0

    /// Whether the answer holds more than the attributes of the index.
    var includesMore: Bool { includesAll || !includes.isEmpty }

    init(_ query: Query, level: Level) throws {
        let isFuzzy = query.first("fuzzymatching") == "true"
        var included: [String] = []
        var others: [(tag: Tag, value: String)] = []
        for (name, value) in query.items {
            switch name {
            case "limit": limit = min(try Self.count(value, name), 1_000)
            case "offset":
                offset = try Self.count(value, name)
                guard offset <= 1_000_000 else {
                    throw DICOMwebError(.badRequest, "offset can be at most 1000000")
                }
            case "fuzzymatching":
                guard value == "true" || value == "false" else {
                    throw DICOMwebError(.badRequest, "fuzzymatching must be true or false")
                }
            case "includefield":
                included += value.split(separator: ",").map { $0.filter { $0 != " " } }
            case "accept", "imageSetId":
                continue
            case _ where name.lowercased().hasPrefix("x-amz-"):
                // A presigned request carries its signature in the query.
                continue
            default:
                guard let tag = Tag(keyword: name) ?? Tag(hexadecimal: name) else {
                    throw DICOMwebError(.badRequest, "The query parameter \(name.prefix(64)) is unknown")
                }
                others.append((tag, value))
            }
        }
        guard included.count <= Self.includeLimit else {
            throw DICOMwebError(.badRequest, "includefield can be given at most \(Self.includeLimit) times")
        }
        includesAll = included.contains { $0.lowercased() == "all" }
        for (tag, value) in others {
            if tag.isPrivateCreator {
                // A creator resolves the block of private includes; it is no filter.
                continue
            }
            guard let match = try MatchReader.read(tag, value, level: level, isFuzzy: isFuzzy) else { continue }
            matches.append(match)
        }
        let creators = others.filter(\.tag.isPrivateCreator)
        includes = included.compactMap { IncludeField($0, creators: creators) }
    }

    private static func count(_ text: String, _ name: String) throws -> Int {
        guard let number = Int(text), number >= 0 else {
            throw DICOMwebError(.badRequest, "\(name) must be a number that is not negative")
        }
        return number
    }
}

/// One attribute asked for by `includefield`: a path of sequences and the attribute itself.
struct IncludeField: Hashable {
    var path: [Tag]
    /// The private creator of the last tag, where it is private.
    var creator: String?

    /// Reads tags, keywords and dotted paths; nil for what names no attribute, which is silently left out (spec/40).
    init?(_ text: String, creators: [(tag: Tag, value: String)]) {
        var path: [Tag] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let tag = Tag(keyword: String(part)) ?? Tag(hexadecimal: part) else { return nil }
            path.append(tag)
        }
        guard let last = path.last else { return nil }
        self.path = path
        if last.isPrivate && !last.isPrivateCreator {
            // The creator that reserves the very block; a lone one of the group will do, as the block that a file uses
            // is looked up by it anyway.
            let ofGroup = creators.filter { $0.tag.group == last.group }
            guard let creator = ofGroup.first(where: { $0.tag.element == last.element >> 8 }) ?? ofGroup.first else {
                return nil
            }
            self.creator = creator.value
        }
    }
}
