import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// QIDO-RS studies, newest update first.
struct SearchStudies: Transaction {
    static let patterns = [PathPattern(.get, "studies", action: "SearchDICOMStudies")]

    static func perform(_ context: TransactionContext) async throws -> Response {
        try SearchAnswer.requireAcceptable(context.request)
        let search = try SearchRequest(context.request.query, level: .study)
        let found = try await context.datastore.studies(
            IndexQuery(matches: search.matches, offset: search.offset, limit: search.limit + 1))
        var answer = SearchAnswer()
        for study in found.prefix(search.limit) {
            let (object, bulk) = try await result(study, search, context)
            answer.append(object, bulk: bulk)
        }
        return answer.response(context.request, isTruncated: found.count > search.limit)
    }

    private static func result(
        _ study: StudyRecord, _ search: SearchRequest, _ context: TransactionContext
    ) async throws -> (DataSet, BulkLocations?) {
        var result = DataSet()
        var bulk: BulkLocations?
        if search.includesMore,
            let source = try await context.source(of: {
                try await context.datastore.representative(ofStudy: study.studyInstanceUID)
            })
        {
            if search.includesAll { IncludeAll.study.include(from: source.dataSet, into: &result) }
            ResultAttributes(request: search).include(from: source.dataSet, into: &result)
            bulk = source.bulk
        }
        result.putStudy(study, urls: context.urls)
        return (result, bulk)
    }
}

extension DataSet {
    /// PS3.18 table 10.6.3-3: an attribute of the table without a value is there, empty.
    mutating func putStudy(_ study: StudyRecord, urls: RetrieveURL) {
        putStudyAttributes(study.attributes)
        put(.instanceAvailability, .CS, "ONLINE")
        put(.retrieveURL, .UR, urls.study(study.studyInstanceUID))
        put(.modalitiesInStudy, .CS, study.modalities.joined(separator: "\\"))
        put(.numberOfStudyRelatedSeries, .IS, String(study.numberOfSeries))
        put(.numberOfStudyRelatedInstances, .IS, String(study.numberOfInstances))
    }

    /// The patient and study attributes that answers at every level carry.
    mutating func putStudyAttributes(_ attributes: ImageSetAttributes) {
        put(.specificCharacterSet, .CS, "ISO_IR 192")
        put(.studyDate, .DA, attributes.grouping.studyDate)
        put(.studyTime, .TM, attributes.studyTime)
        put(.accessionNumber, .SH, attributes.grouping.accessionNumber)
        put(.referringPhysicianName, .PN, attributes.referringPhysicianName)
        put(.patientName, .PN, attributes.patientName)
        put(.patientID, .LO, attributes.grouping.patientID)
        put(.patientBirthDate, .DA, attributes.patientBirthDate)
        put(.patientSex, .CS, attributes.patientSex)
        put(.studyInstanceUID, .UI, attributes.grouping.studyInstanceUID)
        put(.studyID, .SH, attributes.grouping.studyID)
        if let description = attributes.studyDescription { put(.studyDescription, .LO, description) }
    }

    mutating func put(_ tag: Tag, _ vr: VR, _ text: String?) {
        set(DataElement(tag, vr, text ?? ""))
    }
}
