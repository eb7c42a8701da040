import Catalog
import GRDB

extension SQLiteTransaction {
    func studies(_ query: IndexQuery) throws -> [StudyRecord] {
        let search = IndexSearch(query, level: .study)
        guard !search.isEmpty else { return [] }
        let order = SearchOrder(first: "study.updated_at DESC", rest: "study.uid", walk: "study_updated")
        var studies = try rows(of: search.statement(columns: Self.studyColumns, order: order, in: self)) {
            try $0.study()
        }
        let summaries = try seriesSummaries(ofStudies: studies.map(\.studyInstanceUID))
        for index in studies.indices {
            let summary = summaries[studies[index].studyInstanceUID] ?? SeriesSummary()
            studies[index].modalities = summary.modalities.sorted { $0.precedes($1) }
            studies[index].numberOfSeries = summary.series
            studies[index].numberOfInstances = summary.instances
        }
        return studies
    }

    func series(_ query: IndexQuery) throws -> [SeriesRecord] {
        let search = IndexSearch(query, level: .series)
        guard !search.isEmpty else { return [] }
        let order = SearchOrder(
            first: "series.number_order", rest: "series.uid",
            walk: query.hasSingleValue(of: .modality) ? "series_modality" : "series_order")
        return try rows(of: search.statement(columns: Self.seriesColumns, order: order, in: self)) { try $0.series() }
    }

    func instances(_ query: IndexQuery, order: InstanceOrder) throws -> [IndexedInstance] {
        let search = IndexSearch(query, level: .instance)
        guard !search.isEmpty else { return [] }
        let columns = "\(Self.instanceColumns), series.key"
        let statement = try search.statement(columns: columns, order: searchOrder(order, of: query), in: self)
        let found = try rows(of: statement) { (instance: try $0.instance(), series: $0.number()) }
        let series = try seriesRecords(Set(found.map(\.series)))
        return found.compactMap { row in series[row.series].map { IndexedInstance(instance: row.instance, series: $0) }
        }
    }

    private func searchOrder(_ order: InstanceOrder, of query: IndexQuery) -> SearchOrder {
        switch order {
        case .instanceNumber:
            SearchOrder(
                first: "instance.number_order", rest: "instance.sop_instance_uid",
                walk: query.hasSingleValue(of: .sopClassUID) ? "instance_class" : "instance_order")
        case .newestUpdateFirst:
            SearchOrder(first: "instance.created_at DESC", rest: "instance.sop_instance_uid", walk: nil)
        }
    }

    // MARK: What goes with a page

    /// What the series of a study add up to.
    struct SeriesSummary {
        var modalities: Set<String> = []
        var series = 0
        var instances = 0
    }

    /// The summaries of a page of studies, in one query.
    func seriesSummaries(ofStudies studies: [String]) throws -> [String: SeriesSummary] {
        guard !studies.isEmpty else { return [:] }
        var summaries: [String: SeriesSummary] = [:]
        let series = try rows(
            of: "SELECT study_uid, modality, number_of_instances FROM series WHERE study_uid IN \(Set(studies))"
        ) { (study: $0.text(), modality: $0.optionalText(), instances: $0.integer()) }
        for row in series {
            var summary = summaries[row.study] ?? SeriesSummary()
            if let modality = row.modality { summary.modalities.insert(modality) }
            summary.series += 1
            summary.instances += row.instances
            summaries[row.study] = summary
        }
        return summaries
    }

    /// The series of a page of instances, in one query.
    private func seriesRecords(_ keys: Set<Int64>) throws -> [Int64: SeriesRecord] {
        guard !keys.isEmpty else { return [:] }
        let records = try rows(of: "SELECT series.key, \(sql: Self.seriesColumns) FROM series WHERE key IN \(keys)") {
            ($0.number(), try $0.series())
        }
        return Dictionary(uniqueKeysWithValues: records)
    }
}

extension IndexQuery {
    /// Whether one value of a key is asked for, so that an index led by it still has the answer's order.
    fileprivate func hasSingleValue(of key: Match.Key) -> Bool {
        matches.contains { match in
            guard match.key == key, case .anyOf(let values) = match.condition else { return false }
            return values.count == 1 && values != [""]
        }
    }
}
