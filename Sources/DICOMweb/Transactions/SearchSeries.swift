import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// QIDO-RS series, of one study or of all, by series number.
struct SearchSeries: Transaction {
    static let patterns = [
        PathPattern(.get, "studies/{study}/series", action: "SearchDICOMSeries"),
        PathPattern(.get, "series", action: "SearchDICOMAllSeries"),
    ]

    static func perform(_ context: TransactionContext) async throws -> Response {
        try SearchAnswer.requireAcceptable(context.request)
        var search = try SearchRequest(context.request.query, level: .series)
        if context.labels["study"] != nil {
            search.matches.append(Match(.studyInstanceUID, .anyOf([try context.uid("study")])))
        }
        let found = try await context.datastore.series(
            IndexQuery(matches: search.matches, offset: search.offset, limit: search.limit + 1))
        var answer = SearchAnswer()
        for series in found.prefix(search.limit) {
            let (object, bulk) = try await result(series, search, context)
            answer.append(object, bulk: bulk)
        }
        return answer.response(context.request, isTruncated: found.count > search.limit)
    }

    private static func result(
        _ series: SeriesRecord, _ search: SearchRequest, _ context: TransactionContext
    ) async throws -> (DataSet, BulkLocations?) {
        var result = DataSet()
        var bulk: BulkLocations?
        if search.includesMore,
            let source = try await context.source(of: {
                try await context.datastore.representative(
                    ofStudy: series.studyInstanceUID, series: series.seriesInstanceUID)
            })
        {
            if search.includesAll { IncludeAll.series.include(from: source.dataSet, into: &result) }
            ResultAttributes(request: search).include(from: source.dataSet, into: &result)
            bulk = source.bulk
        }
        if context.labels["study"] == nil { result.putStudyAttributes(series.attributes) }
        result.putSeries(series, urls: context.urls)
        return (result, bulk)
    }
}

extension DataSet {
    /// PS3.18 table 10.6.3-4; the study's UID stands in every answer (quirk Q20).
    mutating func putSeries(_ series: SeriesRecord, urls: RetrieveURL) {
        put(.specificCharacterSet, .CS, "ISO_IR 192")
        put(.modality, .CS, series.attributes.modality)
        put(.studyInstanceUID, .UI, series.studyInstanceUID)
        put(.seriesInstanceUID, .UI, series.seriesInstanceUID)
        put(.seriesNumber, .IS, series.attributes.grouping.seriesNumber)
        put(.retrieveURL, .UR, urls.series(series.seriesInstanceUID, of: series.studyInstanceUID))
        put(.numberOfSeriesRelatedInstances, .IS, String(series.numberOfInstances))
        put(.instanceAvailability, .CS, "ONLINE")
        for (tag, vr, text) in [
            (Tag.seriesDescription, VR.LO, series.attributes.seriesDescription),
            (.bodyPartExamined, .CS, series.attributes.bodyPartExamined),
            (.seriesDate, .DA, series.attributes.seriesDate), (.seriesTime, .TM, series.attributes.seriesTime),
        ] {
            if let text { put(tag, vr, text) }
        }
    }
}
