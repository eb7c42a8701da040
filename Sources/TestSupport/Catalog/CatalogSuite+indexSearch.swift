import Catalog
import ImageSets

extension CatalogSuite {
    /// Three studies; the newest update is that of "1.3", then "1.1" and "1.2" at the same time.
    private static func insertStudies(_ transaction: any CatalogWriting) throws {
        var doe = CatalogSample.attributes(study: "1.1", series: "1.1.1")
        doe.patientName = "Doe^John^Albert"
        doe.patientBirthDate = "19700101"
        doe.referringPhysicianName = "ÅKESSON^Örjan"
        doe.studyDescription = "CT Thorax [50%]"
        doe.grouping.seriesNumber = "10"
        var second = doe
        second.grouping.seriesInstanceUID = "1.1.2"
        second.grouping.seriesNumber = "9"
        second.modality = "SR"
        second.bodyPartExamined = "CHEST"
        second.seriesDescription = "report"
        second.seriesDate = "20240301"
        second.seriesTime = "0900"

        var adams = CatalogSample.attributes(study: "1.2", series: "1.2.1")
        adams.patientName = "Adams=亜当斯=Adamsu^Thomas"
        adams.grouping.patientID = "P*2"
        adams.grouping.accessionNumber = ""
        adams.grouping.studyDate = "20240301"
        adams.grouping.seriesNumber = "x"
        adams.studyTime = "0700"
        adams.modality = "MR"

        var straße = CatalogSample.attributes(study: "1.3", series: "1.3.1")
        straße.patientName = "STRASSE^Σίσυφος"
        straße.grouping.patientID = "P?3"
        straße.grouping.studyDate = "20240302"
        straße.studyTime = nil
        straße.modality = nil

        try transaction.addImageSet(1, instances: [], updatedAt: 50, attributes: doe)
        try transaction.addImageSet(2, instances: [], updatedAt: 50, attributes: second)
        try transaction.addImageSet(3, instances: [], updatedAt: 50, attributes: adams)
        try transaction.addImageSet(4, instances: [], updatedAt: 60, attributes: straße)
        let instances: [(String, UInt128, Int?, Int64)] = [
            ("1", 1, 2, 10), ("2", 1, 10, 30), ("3", 1, nil, 20), ("4", 2, 1, 40), ("5", 3, 1, 40), ("6", 4, 3, 5),
        ]
        for (uid, imageSet, number, createdAt) in instances {
            try transaction.addInstance(uid, to: ImageSetID(imageSet)) { instance in
                instance.attributes.instanceNumber = number
                instance.attributes.sopClassUID = imageSet == 2 ? "1.2.840.10008.5.1.4.1.1.88.11" : "1.2.3"
                instance.attributes.warnings = uid == "2" ? [45328] : uid == "6" ? [45330, 45328] : []
                instance.createdAt = Timestamp(milliseconds: createdAt)
            }
        }
        // What is not primary, or has ended, is in no search.
        try transaction.insert(CatalogSample.imageSet(9, isPrimary: false, attributes: doe))
        try transaction.addInstance("1", to: ImageSetID(9))
        try transaction.end(transaction.addInstance("9", to: ImageSetID(1)).id, before: 2)
    }

    private static func query(_ matches: [Match], offset: Int = 0, limit: Int = 100) -> IndexQuery {
        IndexQuery(matches: matches, offset: offset, limit: limit)
    }

    private static func studies(_ transaction: any CatalogReading, _ matches: Match...) throws -> [String] {
        try transaction.studies(query(matches)).map(\.studyInstanceUID)
    }

    private static func series(_ transaction: any CatalogReading, _ matches: Match...) throws -> [String] {
        try transaction.series(query(matches)).map(\.seriesInstanceUID)
    }

    private static func instances(
        _ transaction: any CatalogReading, _ matches: Match..., order: InstanceOrder = .instanceNumber
    ) throws -> [String] {
        try transaction.instances(query(matches), order: order).map(\.instance.attributes.sopInstanceUID)
    }

    /// A condition, and the studies that it finds.
    private static let studyCases: [(Match, [String])] = [
        (Match(.studyInstanceUID, .anyOf(["1.2", "1.3", "1.9"])), ["1.3", "1.2"]),
        (Match(.studyInstanceUID, .anyOf([])), []),
        (Match(.patientID, .anyOf(["P1"])), ["1.1"]),
        (Match(.patientID, .anyOf(["p1"])), []),
        (Match(.patientID, .wildcard("P*")), ["1.3", "1.1", "1.2"]),
        (Match(.patientID, .wildcard("P?")), ["1.1"]),
        (Match(.patientID, .wildcard("?[*]2")), []),
        (Match(.accessionNumber, .wildcard("*")), ["1.3", "1.1"]),
        (Match(.accessionNumber, .anyOf(["", "A1"])), ["1.3", "1.1"]),
        (Match(.studyID, .anyOf(["S1"])), ["1.3", "1.1", "1.2"]),
        (Match(.patientBirthDate, .range(lower: nil, upper: nil)), ["1.1"]),
        (Match(.patientBirthDate, .range(lower: "19700101", upper: "19700101")), ["1.1"]),
        (Match(.studyDate, .range(lower: "20240301", upper: nil)), ["1.3", "1.2"]),
        (Match(.studyDate, .range(lower: nil, upper: "20240301")), ["1.1", "1.2"]),
        (Match(.studyTime, .range(lower: "07", upper: "10")), ["1.2"]),
        (Match(.studyDescription, .anyOf(["CT Thorax [50%]"])), ["1.1"]),
        (Match(.studyDescription, .wildcard("*orax*")), ["1.1"]),
        (Match(.studyDescription, .wildcard("*[50?]")), ["1.1"]),
        (Match(.studyDescription, .wildcard("*ORAX*")), []),
        (Match(.studyDescription, .wildcard("*ax*")), ["1.1"]),
        (Match(.patientName, .anyOf(["doe^john^ALBERT"])), ["1.1"]),
        (Match(.patientName, .anyOf(["doe"])), []),
        (Match(.patientName, .wildcard("doe*")), ["1.1"]),
        (Match(.patientName, .wildcard("*当斯*")), ["1.2"]),
        (Match(.patientName, .wildcard("*=亜当斯=*thomas")), ["1.2"]),
        (Match(.patientName, .wildcard("Straße^*")), ["1.3"]),
        (Match(.patientName, .wildcard("*^σίΣυφος")), ["1.3"]),
        (Match(.patientName, .wildcard("D?e^*")), ["1.1"]),
        (Match(.referringPhysicianName, .anyOf(["åkesson^ÖRJAN"])), ["1.1"]),
        (Match(.referringPhysicianName, .wildcard("*örj*")), ["1.1"]),
        (Match(.patientName, .anyWordPrefix(["thomas", "albert"])), ["1.1", "1.2"]),
        (Match(.patientName, .anyWordPrefix(["ADAMS"])), ["1.2"]),
        (Match(.patientName, .anyWordPrefix(["亜"])), ["1.2"]),
        (Match(.patientName, .anyWordPrefix(["hom", "ber", ""])), []),
        (Match(.patientName, .anyWordPrefix([])), []),
        (Match(.referringPhysicianName, .anyWordPrefix(["ö"])), ["1.1"]),
        (Match(.patientID, .anyWordPrefix(["p"])), []),
        (Match(.modalitiesInStudy, .anyOf(["SR"])), ["1.1"]),
        (Match(.modalitiesInStudy, .anyOf(["MR", "CT"])), ["1.1", "1.2"]),
        (Match(.modalitiesInStudy, .wildcard("?R")), ["1.1", "1.2"]),
        (Match(.modality, .anyOf(["CT"])), []),
        (Match(.sopInstanceUID, .anyOf(["1"])), []),
    ]

    static let indexSearchChecks: [Check] = [
        Check("studies are found by every key and kind of condition, newest update first") { catalog in
            try await catalog.write { transaction in
                try insertStudies(transaction)
                try expect(studies(transaction), ["1.3", "1.1", "1.2"])
                for (match, expected) in studyCases { try expect(studies(transaction, match), expected, "\(match)") }
                try expect(
                    studies(transaction, Match(.patientID, .wildcard("P*")), Match(.studyID, .anyOf(["S1"]))),
                    ["1.3", "1.1", "1.2"])
                try expect(
                    studies(transaction, Match(.patientID, .anyOf(["P1"])), Match(.studyDate, .anyOf(["20240302"]))), []
                )
            }
        },
        Check("ranges of date and time are one instant, unless the query keeps them apart") { catalog in
            try await catalog.write { transaction in
                try insertStudies(transaction)
                // "1.1": 20240229 101530.25; "1.2": 20240301 0700; "1.3": 20240302, no time.
                func found(_ date: Match.Condition, _ time: Match.Condition, combined: Bool = true) throws -> [String] {
                    var query = query([Match(.studyDate, date), Match(.studyTime, time)])
                    query.combinesDateAndTime = combined
                    return try transaction.studies(query).map(\.studyInstanceUID)
                }
                let days = Match.Condition.range(lower: "20240229", upper: "20240301")
                try expect(found(days, .range(lower: "0900", upper: "0800")), ["1.1", "1.2"])
                try expect(found(days, .range(lower: "0900", upper: "0800"), combined: false), [])
                try expect(found(days, .range(lower: "1100", upper: nil)), ["1.2"])
                try expect(found(days, .range(lower: nil, upper: "06")), ["1.1"])
                try expect(found(.range(lower: nil, upper: nil), .range(lower: nil, upper: nil)), ["1.1", "1.2"])
                try expect(found(.range(lower: "20240301", upper: nil), .range(lower: "0700", upper: nil)), ["1.2"])
                try expect(found(days, .anyOf(["0700"])), ["1.2"])
            }
        },
        Check("series are found by their keys and the study's, by number, absent last, then UID") { catalog in
            try await catalog.write { transaction in
                try insertStudies(transaction)
                try expect(series(transaction), ["1.3.1", "1.1.2", "1.1.1", "1.2.1"])
                let cases: [(Match, [String])] = [
                    (Match(.studyInstanceUID, .anyOf(["1.1"])), ["1.1.2", "1.1.1"]),
                    (Match(.seriesInstanceUID, .anyOf(["1.1.1"])), ["1.1.1"]),
                    (Match(.seriesNumber, .anyOf(["09", "nine"])), ["1.1.2"]),
                    (Match(.seriesNumber, .wildcard("1*")), ["1.3.1", "1.1.1"]),
                    (Match(.seriesNumber, .anyOf(["9223372036854775807"])), []),
                    (Match(.modality, .anyOf(["SR"])), ["1.1.2"]),
                    (Match(.modality, .wildcard("*R")), ["1.1.2", "1.2.1"]),
                    (Match(.modalitiesInStudy, .anyOf(["SR"])), ["1.1.2", "1.1.1"]),
                    (Match(.bodyPartExamined, .anyOf(["CHEST"])), ["1.1.2"]),
                    (Match(.seriesDescription, .wildcard("rep*")), ["1.1.2"]),
                    (Match(.seriesDate, .range(lower: "2024", upper: "2025")), ["1.1.2"]),
                    (Match(.seriesTime, .range(lower: "08", upper: nil)), ["1.1.2"]),
                    (Match(.patientName, .anyWordPrefix(["doe"])), ["1.1.2", "1.1.1"]),
                    (Match(.instanceNumber, .anyOf(["1"])), []),
                ]
                for (match, expected) in cases { try expect(series(transaction, match), expected, "\(match)") }
                try transaction.deleteStudy("1.1")
                try expect(series(transaction), ["1.3.1", "1.2.1"])
            }
        },
        Check("instances are found by their keys and those above, by number or newest first") { catalog in
            try await catalog.write { transaction in
                try insertStudies(transaction)
                try expect(instances(transaction), ["4", "5", "1", "6", "2", "3"])
                try expect(instances(transaction, order: .newestUpdateFirst), ["4", "5", "2", "3", "1", "6"])
                let cases: [(Match, [String])] = [
                    (Match(.sopInstanceUID, .anyOf(["3", "5", "9"])), ["5", "3"]),
                    (Match(.sopClassUID, .anyOf(["1.2.3"])), ["5", "1", "6", "2", "3"]),
                    (Match(.sopClassUID, .wildcard("*.88.*")), ["4"]),
                    (Match(.instanceNumber, .anyOf(["1", "03"])), ["4", "5", "6"]),
                    (Match(.instanceNumber, .wildcard("1*")), ["4", "5", "2"]),
                    (Match(.warningReason, .anyOf(["45328"])), ["6", "2"]),
                    (Match(.warningReason, .anyOf(["45330"])), ["6"]),
                    (Match(.warningReason, .wildcard("*30")), ["6"]),
                    (Match(.warningReason, .wildcard("*")), ["6", "2"]),
                    (Match(.studyInstanceUID, .anyOf(["1.1"])), ["4", "1", "2", "3"]),
                    (Match(.seriesInstanceUID, .anyOf(["1.1.1"])), ["1", "2", "3"]),
                    (Match(.modality, .anyOf(["MR"])), ["5"]),
                    (Match(.modalitiesInStudy, .anyOf(["SR"])), ["4", "1", "2", "3"]),
                    (Match(.patientID, .anyOf(["P?3"])), ["6"]),
                ]
                for (match, expected) in cases { try expect(instances(transaction, match), expected, "\(match)") }
                let found = try transaction.instances(
                    query([Match(.sopInstanceUID, .anyOf(["4"]))]), order: .instanceNumber)
                try expect(found.map(\.series), [require(transaction.primarySeries("1.1.2"))])
                try expect(found.map(\.instance), [require(transaction.primaryInstance("4"))])
            }
        },
        Check("offset and limit cut the ordered answer; past the end there is nothing") { catalog in
            try await catalog.write { transaction in
                try insertStudies(transaction)
                func page(_ offset: Int, _ limit: Int) throws -> [String] {
                    try transaction.instances(query([], offset: offset, limit: limit), order: .instanceNumber)
                        .map(\.instance.attributes.sopInstanceUID)
                }
                try expect(page(0, 2), ["4", "5"])
                try expect(page(2, 3), ["1", "6", "2"])
                try expect(page(5, 3), ["3"])
                try expect(page(6, 3), [])
                try expect(page(0, 0), [])
                try expect(transaction.studies(query([], offset: 1, limit: 1)).map(\.studyInstanceUID), ["1.1"])
                try expect(transaction.series(query([], offset: 3, limit: 9)).map(\.seriesInstanceUID), ["1.2.1"])
            }
        },
    ]
}
