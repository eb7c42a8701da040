import Catalog
import DICOM
import Exchange
import HTTPTypes
import Store

/// QIDO-RS instances, of a series, of a study, or of all.
struct SearchInstances: Transaction {
    static let patterns = [
        PathPattern(.get, "studies/{study}/series/{series}/instances", action: "SearchDICOMInstances"),
        PathPattern(.get, "studies/{study}/instances", action: "SearchDICOMStudyInstances"),
        PathPattern(.get, "instances", action: "SearchDICOMAllInstances"),
    ]

    static func perform(_ context: TransactionContext) async throws -> Response {
        try SearchAnswer.requireAcceptable(context.request)
        var search = try SearchRequest(context.request.query, level: .instance)
        if context.labels["study"] != nil {
            search.matches.append(Match(.studyInstanceUID, .anyOf([try context.uid("study")])))
        }
        if context.labels["series"] != nil {
            search.matches.append(Match(.seriesInstanceUID, .anyOf([try context.uid("series")])))
        }
        let found = try await context.datastore.instances(
            IndexQuery(matches: search.matches, offset: search.offset, limit: search.limit + 1),
            order: context.labels["series"] == nil && context.labels["study"] != nil
                ? .newestUpdateFirst : .instanceNumber)
        var answer = SearchAnswer()
        for instance in found.prefix(search.limit) {
            let (object, bulk) = try await result(instance, search, context)
            answer.append(object, bulk: bulk)
        }
        return answer.response(context.request, isTruncated: found.count > search.limit)
    }

    private static func result(
        _ found: IndexedInstance, _ search: SearchRequest, _ context: TransactionContext
    ) async throws -> (DataSet, BulkLocations?) {
        var result = DataSet()
        var bulk: BulkLocations?
        if search.includesMore,
            let source = try await context.source(of: { try await context.datastore.storedInstance(found.instance) })
        {
            if search.includesAll { result = source.dataSet }
            ResultAttributes(request: search).include(from: source.dataSet, into: &result)
            bulk = source.bulk
        }
        if context.labels["study"] == nil { result.putStudyAttributes(found.series.attributes) }
        if context.labels["series"] == nil { result.put(.modality, .CS, found.series.attributes.modality) }
        result.putInstance(found, urls: context.urls)
        return (result, bulk)
    }
}

extension DataSet {
    /// PS3.18 table 10.6.3-5; the UIDs of both parents stand in every answer (quirk Q20).
    mutating func putInstance(_ found: IndexedInstance, urls: RetrieveURL) {
        let attributes = found.instance.attributes
        put(.specificCharacterSet, .CS, "ISO_IR 192")
        put(.sopClassUID, .UI, attributes.sopClassUID)
        put(.sopInstanceUID, .UI, attributes.sopInstanceUID)
        put(.instanceAvailability, .CS, "ONLINE")
        put(
            .retrieveURL, .UR,
            urls.instance(
                attributes.sopInstanceUID, series: found.series.seriesInstanceUID, study: found.series.studyInstanceUID)
        )
        put(.studyInstanceUID, .UI, found.series.studyInstanceUID)
        put(.seriesInstanceUID, .UI, found.series.seriesInstanceUID)
        put(.instanceNumber, .IS, attributes.instanceNumber.map(String.init))
        for (tag, number) in [
            (Tag.rows, attributes.rows), (.columns, attributes.columns), (.bitsAllocated, attributes.bitsAllocated),
        ] {
            if let number { set(DataElement(tag, .US, integers: [number])) }
        }
        if let number = attributes.numberOfFrames { put(.numberOfFrames, .IS, String(number)) }
        if !attributes.warnings.isEmpty {
            set(DataElement(.warningReason, .US, integers: attributes.warnings))
        }
    }
}
