import ImageSets

extension InMemoryTransaction {
    // MARK: Reading

    func primaryImageSets(ofStudy studyInstanceUID: String) -> [ImageSetRecord] {
        state.imageSets.values.map(\.record)
            .filter { $0.isPrimary && $0.attributes.grouping.studyInstanceUID == studyInstanceUID }
            .sorted { $0.id < $1.id }
    }

    func primarySeries(_ seriesInstanceUID: String) -> SeriesRecord? {
        state.series[seriesInstanceUID]
    }

    func primaryInstance(_ sopInstanceUID: String) -> InstanceRecord? {
        state.instances.values.first { $0.attributes.sopInstanceUID == sopInstanceUID && isPrimary($0) }
    }

    func studies(_ query: IndexQuery) -> [StudyRecord] {
        let found = state.studies.values.map(withSeriesCounts).filter { study in
            query.criteria.allSatisfy { $0.holds { self.values(of: $0, study: study) } }
        }
        let ordered = found.sorted { left, right in
            left.updatedAt != right.updatedAt
                ? left.updatedAt > right.updatedAt : left.studyInstanceUID.precedes(right.studyInstanceUID)
        }
        return query.page(of: ordered)
    }

    func series(_ query: IndexQuery) -> [SeriesRecord] {
        let found = state.series.values.filter { series in
            guard let study = study(of: series) else { return false }
            return query.criteria.allSatisfy { $0.holds { self.values(of: $0, study: study, series: series) } }
        }
        let ordered = found.sorted { left, right in
            let (first, second) = (left.attributes.seriesNumber ?? .max, right.attributes.seriesNumber ?? .max)
            return first != second ? first < second : left.seriesInstanceUID.precedes(right.seriesInstanceUID)
        }
        return query.page(of: ordered)
    }

    func instances(_ query: IndexQuery, order: InstanceOrder) -> [IndexedInstance] {
        var found: [IndexedInstance] = []
        for series in state.series.values {
            guard let study = study(of: series) else { continue }
            for instance in state.instances.values where instance.imageSet == series.imageSet && isPrimary(instance) {
                let holds = query.criteria.allSatisfy { criterion in
                    criterion.holds { values(of: $0, study: study, series: series, instance: instance.attributes) }
                }
                if holds { found.append(IndexedInstance(instance: instance, series: series)) }
            }
        }
        found.sort { left, right in
            switch order {
            case .newestUpdateFirst where left.instance.createdAt != right.instance.createdAt:
                left.instance.createdAt > right.instance.createdAt
            case .newestUpdateFirst:
                left.instance.attributes.sopInstanceUID.precedes(right.instance.attributes.sopInstanceUID)
            case .instanceNumber:
                InstanceRecord.byInstanceNumber(left.instance, right.instance)
            }
        }
        return query.page(of: found)
    }

    /// The study of a series, as searches see it.
    private func study(of series: SeriesRecord) -> StudyRecord? {
        state.studies[series.studyInstanceUID].map(withSeriesCounts)
    }

    private func withSeriesCounts(_ study: StudyRecord) -> StudyRecord {
        var study = study
        let series = state.series.values.filter { $0.studyInstanceUID == study.studyInstanceUID }
        study.modalities = Set(series.compactMap(\.attributes.modality)).sorted { $0.precedes($1) }
        study.numberOfSeries = series.count
        study.numberOfInstances = series.reduce(0) { $0 + $1.numberOfInstances }
        return study
    }

    private func isPrimary(_ instance: InstanceRecord) -> Bool {
        instance.isOpen && state.imageSets[instance.imageSet]?.record.isPrimary == true
    }

    /// The values that a key matches in a record and the records above it.
    private func values(
        of key: Match.Key, study: StudyRecord, series: SeriesRecord? = nil, instance: InstanceAttributes? = nil
    ) -> [String] {
        switch key.level {
        case .study: study.values(of: key)
        case .series: series?.values(of: key) ?? []
        case .instance: instance?.values(of: key) ?? []
        }
    }

    // MARK: Writing

    func upsert(_ study: StudyRecord) {
        var study = study
        (study.modalities, study.numberOfSeries, study.numberOfInstances) = ([], 0, 0)
        state.studies[study.studyInstanceUID] = study
    }

    func deleteStudy(_ studyInstanceUID: String) {
        state.studies[studyInstanceUID] = nil
    }

    func upsert(_ series: SeriesRecord) {
        state.series[series.seriesInstanceUID] = series
    }

    func deleteSeries(_ seriesInstanceUID: String) {
        state.series[seriesInstanceUID] = nil
    }
}

extension IndexQuery {
    fileprivate func page<Record>(of records: [Record]) -> [Record] {
        Array(records.dropFirst(max(offset, 0)).prefix(max(limit, 0)))
    }
}

// MARK: Values

extension StudyRecord {
    fileprivate func values(of key: Match.Key) -> [String] {
        let value: String? =
            switch key {
            case .patientName: attributes.patientName
            case .patientID: attributes.grouping.patientID
            case .patientBirthDate: attributes.patientBirthDate
            case .patientBirthTime: attributes.patientBirthTime
            case .studyInstanceUID: studyInstanceUID
            case .studyDate: attributes.grouping.studyDate
            case .studyTime: attributes.studyTime
            case .studyID: attributes.grouping.studyID
            case .accessionNumber: attributes.grouping.accessionNumber
            case .studyDescription: attributes.studyDescription
            case .referringPhysicianName: attributes.referringPhysicianName
            default: nil
            }
        let values = key == .modalitiesInStudy ? modalities : value.map { [$0] } ?? []
        return values.filter { !$0.isEmpty }
    }
}

extension SeriesRecord {
    fileprivate func values(of key: Match.Key) -> [String] {
        let value: String? =
            switch key {
            case .seriesInstanceUID: seriesInstanceUID
            case .modality: attributes.modality
            case .seriesNumber: attributes.seriesNumber.map(String.init) ?? attributes.grouping.seriesNumber
            case .seriesDescription: attributes.seriesDescription
            case .bodyPartExamined: attributes.bodyPartExamined
            case .seriesDate: attributes.seriesDate
            case .seriesTime: attributes.seriesTime
            case .performedProcedureStepStartDate: attributes.performedProcedureStepStartDate
            case .performedProcedureStepStartTime: attributes.performedProcedureStepStartTime
            default: nil
            }
        return (value.map { [$0] } ?? []).filter { !$0.isEmpty }
    }
}

extension InstanceAttributes {
    fileprivate func values(of key: Match.Key) -> [String] {
        switch key {
        case .sopInstanceUID: [sopInstanceUID]
        case .sopClassUID: sopClassUID.map { [$0] } ?? []
        case .instanceNumber: instanceNumber.map { [String($0)] } ?? []
        case .warningReason: warnings.map(String.init)
        default: []
        }
    }
}
