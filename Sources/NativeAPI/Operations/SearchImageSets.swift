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
