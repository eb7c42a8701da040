import Catalog
import ImageSets

extension CatalogSuite {
    static let hierarchyChecks: [Check] = [
        Check("studies and series read back as written, with what follows from the series") { catalog in
            try await catalog.write { transaction in
                let study = CatalogSample.study(fullAttributes, updatedAt: 5)
                try transaction.upsert(study)
                var first = CatalogSample.series(fullAttributes, imageSet: 1, instances: 3)
                var second = first
                (second.seriesInstanceUID, second.numberOfInstances) = ("1.4", 4)
                second.attributes.modality = "CT"
                var third = first
                (third.seriesInstanceUID, third.attributes.modality) = ("1.5", nil)
                for series in [first, second, third] { try transaction.upsert(series) }
                var expected = study
                expected.modalities = ["CT", "US"]
                expected.numberOfSeries = 3
                expected.numberOfInstances = 10
                let all = IndexQuery(matches: [], offset: 0, limit: 10)
                try expect(transaction.studies(all), [expected])
                try expect(transaction.primarySeries("1.3"), first)
                try expect(transaction.primarySeries("1.9"), nil)
                // Numbers alone, then everything.
                first.numberOfInstances = 5
                first.imageSet = ImageSetID(9)
                try transaction.upsert(first)
                try expect(transaction.primarySeries("1.3"), first)
                first.attributes.seriesDescription = "other"
                try transaction.upsert(first)
                try expect(transaction.primarySeries("1.3"), first)
                var renamed = study
                renamed.attributes.patientName = "Other"
                renamed.updatedAt = Timestamp(milliseconds: 6)
                try transaction.upsert(renamed)
                let name = Match(.patientName, .anyWordPrefix(["müll"]))
                try expect(transaction.studies(IndexQuery(matches: [name], offset: 0, limit: 9)).count, 0)
                try expect(transaction.studies(all).map(\.attributes.patientName), ["Other"])
                try transaction.deleteSeries("1.4")
                try transaction.deleteSeries("1.4")
                try expect(transaction.studies(all).map(\.numberOfInstances), [8])
                try transaction.deleteStudy("1.2")
                try transaction.deleteStudy("1.2")
                try expect(transaction.studies(all), [])
                try expect(transaction.series(all), [])
                try expect(transaction.primarySeries("1.3"), first)
            }
        },
        Check("the primary sets of a study come by id, others not") { catalog in
            try await catalog.write { transaction in
                for (id, isPrimary, study) in [(3, true, "1"), (1, true, "1"), (2, false, "1"), (4, true, "2")]
                    as [(UInt128, Bool, String)]
                {
                    try transaction.insert(
                        CatalogSample.imageSet(
                            id, isPrimary: isPrimary, attributes: CatalogSample.attributes(study: study)))
                }
                try expect(transaction.primaryImageSets(ofStudy: "1").map(\.id.value), [1, 3])
                try expect(transaction.primaryImageSets(ofStudy: "3").map(\.id.value), [])
            }
        },
    ]
}
