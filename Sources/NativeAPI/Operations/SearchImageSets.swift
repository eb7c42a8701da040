import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Finds image sets by up to two filters, a page at a time.
struct SearchImageSets: NativeOperation {
    static let interface = OperationInterface(
        "SearchImageSets", .post, "/datastore/{datastoreId}/searchImageSets",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("searchCriteria", .searchCriteria, in: .payload),
            Member("maxResults", .maxResults, in: .query),
            Member("nextToken", .nextToken, in: .query),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let most = input.integer("maxResults") ?? 50
        var query = ImageSetQuery(limit: most + 1)
        let criteria = input["searchCriteria"]
        query.filters = try (criteria?["filters"]?.array ?? []).map(SearchFilter.read)
        let sort = criteria?["sort"]
        if let field = sort?["sortField"]?.string, let order = sort?["sortOrder"]?.string {
            query.sortKey = ImageSetQuery.SortKey(rawValue: field) ?? .updatedAt
            query.isAscending = order == "ASC"
        }
        let order = "\(query.sortKey)\(query.isAscending)"
        let scope = ["SearchImageSets", datastore.id.description, "\(query.filters)", order]
        query.after = try position(input.text("nextToken"), scope)
        let found = try await datastore.searchImageSets(query)
        let page = found.prefix(most)
        return JSONAnswer.response { answer in
            answer.put("imageSetsMetadataSummaries", Array(page)) { $0.put($1) }
            if sort != nil {
                answer.put("sort") { sort in
                    sort.put("sortOrder", query.isAscending ? "ASC" : "DESC")
                    sort.put("sortField", query.sortKey.rawValue)
                }
            }
            if found.count > most, let last = page.last?.position {
                answer.put(
                    "nextToken",
                    PageToken.encode(
                        [
                            last.key == nil ? "0" : "1", last.key ?? "", last.id.description,
                            String(last.startedAt),
                        ], request: scope))
            }
        }
    }

    private static func position(_ token: String?, _ scope: [String]) throws -> ImageSetQuery.Position? {
        guard let fields = try PageToken.decode(token, count: 4, request: scope) else { return nil }
        guard let id = ImageSetID(fields[2]), let startedAt = Int64(fields[3]) else {
            throw ServiceError(.validation, "Value at 'nextToken' is not a token of this request")
        }
        return ImageSetQuery.Position(key: fields[0] == "1" ? fields[1] : nil, id: id, startedAt: startedAt)
    }
}

/// Reads one filter of a search: EQUAL takes one value, BETWEEN two of the same ordered member (spec/10).
enum SearchFilter {
    static func read(_ filter: JSONValue) throws -> ImageSetQuery.Filter {
        guard let values = filter["values"]?.array, let operation = filter["operator"]?.string else {
            throw ServiceError(.validation, "A filter needs values and an operator")
        }
        let given = try values.map(value)
        if operation == "EQUAL" {
            guard given.count == 1 else {
                throw ServiceError(.validation, "The operator EQUAL takes exactly one value")
            }
            return try equal(given[0])
        }
        guard given.count == 2, given[0].name == given[1].name else {
            throw ServiceError(.validation, "The operator BETWEEN takes exactly two values of the same member")
        }
        return try between(given[0], given[1])
    }

    private static func value(_ value: JSONValue) throws -> (name: String, value: JSONValue) {
        guard let member = value.object?.members.first(where: { $0.value != .null }) else {
            throw ServiceError(.validation, "A filter value must have exactly one of its members set")
        }
        return (member.name, member.value)
    }

    private static func equal(_ given: (name: String, value: JSONValue)) throws -> ImageSetQuery.Filter {
        switch (given.name, given.value) {
        case ("DICOMPatientId", .string(let text)): return .patientID(text)
        case ("DICOMAccessionNumber", .string(let text)): return .accessionNumber(text)
        case ("DICOMStudyId", .string(let text)): return .studyID(text)
        case ("DICOMStudyInstanceUID", .string(let text)): return .studyInstanceUID(text)
        case ("DICOMSeriesInstanceUID", .string(let text)): return .seriesInstanceUID(text)
        case ("isPrimary", .boolean(let flag)): return .isPrimary(flag)
        default: return try between(given, given)
        }
    }

    private static func between(
        _ lower: (name: String, value: JSONValue), _ upper: (name: String, value: JSONValue)
    ) throws -> ImageSetQuery.Filter {
        switch lower.name {
        case "createdAt", "updatedAt":
            guard let from = WireTimestamp.read(lower.value), let to = WireTimestamp.read(upper.value), from <= to
            else {
                throw ServiceError(.validation, "The lower bound of '\(lower.name)' must not be after the upper one")
            }
            return lower.name == "createdAt" ? .createdAt(from...to) : .updatedAt(from...to)
        case "DICOMStudyDateAndTime":
            let (from, to) = (try instant(lower.value), try instant(upper.value))
            guard from <= to else {
                throw ServiceError(.validation, "The lower bound of '\(lower.name)' must not be after the upper one")
            }
            return .studyDateAndTime(from...to)
        default:
            throw ServiceError(.validation, "The operator BETWEEN is not supported for '\(lower.name)'")
        }
    }

    /// `YYYYMMDDhhmmss`; a missing time is 000000, in the upper bound too.
    private static func instant(_ value: JSONValue) throws -> String {
        guard let date = value["DICOMStudyDate"]?.string, date.utf8.count == 8,
            date.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            throw ServiceError(.validation, "Value at 'DICOMStudyDate' must be a date of the form YYYYMMDD")
        }
        guard let time = value["DICOMStudyTime"]?.string, !time.isEmpty else { return date + "000000" }
        let whole = time.prefix { $0 != "." }
        guard (2...6).contains(whole.utf8.count), whole.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ServiceError(.validation, "Value at 'DICOMStudyTime' must be a time of the form HHMMSS")
        }
        return date + whole + String(repeating: "0", count: 6 - whole.utf8.count)
    }
}

extension JSONAnswer {
    /// One found image set.
    fileprivate mutating func put(_ hit: ImageSetHit) {
        let imageSet = hit.imageSet
        let attributes = imageSet.attributes
        put("imageSetId", imageSet.id.description)
        put("version", imageSet.latestVersion)
        put("createdAt", imageSet.createdAt)
        put("updatedAt", imageSet.updatedAt)
        put("lastAccessedAt", imageSet.lastAccessedAt)
        put("storageTier", imageSet.storageTier.rawValue)
        put("isPrimary", imageSet.isPrimary)
        put("DICOMTags") { tags in
            tags.put("DICOMPatientId", Self.present(attributes.grouping.patientID))
            tags.put("DICOMPatientName", attributes.patientName)
            tags.put("DICOMPatientBirthDate", attributes.patientBirthDate)
            tags.put("DICOMPatientSex", attributes.patientSex)
            tags.put("DICOMStudyInstanceUID", Self.present(attributes.grouping.studyInstanceUID))
            tags.put("DICOMStudyId", Self.present(attributes.grouping.studyID))
            tags.put("DICOMStudyDescription", attributes.studyDescription)
            tags.put("DICOMNumberOfStudyRelatedSeries", hit.numberOfStudyRelatedSeries)
            tags.put("DICOMNumberOfStudyRelatedInstances", hit.numberOfStudyRelatedInstances)
            tags.put("DICOMAccessionNumber", Self.present(attributes.grouping.accessionNumber))
            tags.put("DICOMSeriesInstanceUID", Self.present(attributes.grouping.seriesInstanceUID))
            tags.put("DICOMSeriesModality", attributes.modality)
            tags.put("DICOMSeriesBodyPart", attributes.bodyPartExamined)
            tags.put("DICOMSeriesNumber", Int32(attributes.grouping.seriesNumber).map(Int.init))
            tags.put("DICOMStudyDate", Self.present(attributes.grouping.studyDate))
            tags.put("DICOMStudyTime", attributes.studyTime)
        }
    }

    private static func present(_ text: String) -> String? {
        text.isEmpty ? nil : text
    }
}
