import Blobs
import Catalog
import ImageSets
import TestSupport

/// Makes changes and questions for catalogs from a seed: few ids and few values, so that they often meet.
struct RandomHistory {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    // MARK: Values

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func chance(_ percent: Int) -> Bool {
        number(1...100) <= percent
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[number(0...values.count - 1)]
    }

    private mutating func maybe(_ values: [String]) -> String? {
        chance(25) ? nil : pick(values)
    }

    private mutating func timestamp() -> Timestamp {
        Timestamp(milliseconds: Int64(number(1...40)))
    }

    private mutating func imageSetID() -> ImageSetID {
        ImageSetID(UInt128(number(1...6)))
    }

    private static let names = [
        "Doe^John", "DOE^JANE", "Müller^Jörg", "MÜLLER^Ada", "Adams=亜当斯^太郎", "Straße^Ö", "strasse^ö", "a*b?c[d]",
    ]
    private static let dates = ["20240101", "20240102", "20240215", "2023"]
    private static let times = ["", "07", "0730", "100000", "100000.5", "235959"]
    private static let texts = ["P1", "P2", "p1", "P10", "Thorax native", "*", "Ab[c]", "ab\"c' %_"]
    private static let uids = ["1.1", "1.2", "1.3", "1.2.1"]
    private static let modalities = ["CT", "MR", "SR", "US"]

    private mutating func attributes() -> ImageSetAttributes {
        var attributes = ImageSetAttributes(
            grouping: GroupingKey(
                studyDate: maybe(Self.dates) ?? "", accessionNumber: maybe(Self.texts) ?? "",
                patientID: maybe(Self.texts) ?? "", studyInstanceUID: pick(Self.uids), studyID: maybe(Self.texts) ?? "",
                seriesInstanceUID: pick(Self.uids), seriesNumber: maybe(["1", "2", "10", "-3", "x", "007"]) ?? ""))
        attributes.patientName = maybe(Self.names)
        attributes.patientBirthDate = maybe(Self.dates)
        attributes.patientBirthTime = maybe(["07", "08"])
        attributes.studyTime = maybe(Array(Self.times.dropFirst()))
        attributes.studyDescription = maybe(Self.texts)
        attributes.referringPhysicianName = maybe(Self.names)
        attributes.modality = maybe(Self.modalities)
        attributes.bodyPartExamined = maybe(Self.texts)
        attributes.seriesDescription = maybe(Self.texts)
        attributes.seriesDate = maybe(Self.dates)
        attributes.seriesTime = maybe(["07", "0730"])
        attributes.performedProcedureStepStartDate = maybe(Self.dates)
        attributes.performedProcedureStepStartTime = maybe(["07", "0730"])
        return attributes
    }

    /// An image set with one of `count` ids.
    mutating func imageSet(among count: Int = 6) -> ImageSetRecord {
        var imageSet = CatalogSample.imageSet(
            UInt128(number(1...count)), createdAt: timestamp().milliseconds, isPrimary: chance(70),
            attributes: attributes())
        imageSet.updatedAt = chance(30) ? nil : timestamp()
        imageSet.latestVersion = number(1...5)
        imageSet.lastAccessedAt = chance(20) ? nil : timestamp()
        imageSet.storageTier = chance(60) ? .frequentAccess : .archiveInstantAccess
        return imageSet
    }

    private mutating func instance() -> InstanceRecord {
        var attributes = InstanceAttributes(sopInstanceUID: String(number(1...8)), sopClassUID: maybe(Self.uids))
        attributes.instanceNumber = chance(30) ? nil : number(-1...12)
        attributes.warnings = chance(70) ? [] : [pick([45328, 45330])]
        let first = number(1...5)
        return InstanceRecord(
            id: InstanceID(rawValue: 0), imageSet: imageSetID(), firstVersion: first,
            endVersion: chance(80) ? nil : number(1...6), object: StoredObjectID(rawValue: Int64(number(1...60))),
            frameSet: FrameSetID(rawValue: Int64(number(1...40))), attributes: attributes, createdAt: timestamp())
    }

    private mutating func file() -> ImportFileRecord {
        let state: ImportFileRecord.State =
            switch number(1...5) {
            case 1: .pending
            case 2, 3: .staged(StoredObjectID(rawValue: Int64(number(1...60))), warnings: [])
            case 4: .imported(imageSetID(), version: 1, isPrimary: true, warnings: [.init(code: 1, message: "w")])
            default: .failed(exceptionType: "E", message: "m", isServerFault: chance(50))
            }
        return ImportFileRecord(key: pick(["a", "b", "B", "ä"]), byteCount: Int64(number(0...9)), state: state)
    }

    // MARK: Changes

    /// A change, as a function that tells what came of it.
    mutating func change() -> @Sendable (any CatalogWriting) throws -> String {
        switch number(1...33) {
        case 1...3:
            let record = imageSet()
            return { try "\($0.insert(record))" }
        case 4...6:
            let record = imageSet()
            return { try "\($0.update(record))" }
        case 7:
            let id = imageSetID()
            return { try "\($0.deleteImageSet(id))" }
        case 8, 9:
            let (id, number, content) = (imageSetID(), number(1...5), [UInt8(number(0...3))])
            return { transaction in
                let levels = LevelReferences(
                    patient: try transaction.insertLevel(content), study: try transaction.insertLevel(content + [1]),
                    series: try transaction.insertLevel([9]))
                return try "\(transaction.insert(CatalogSample.version(number, of: id, levels: levels)))"
            }
        case 10:
            let (id, number) = (imageSetID(), number(1...5))
            return { transaction in
                guard var version = try transaction.version(number, of: id) else { return "none" }
                version.status = .updateFailed
                version.levels.study = try transaction.insertLevel([7, 7])
                return try "\(transaction.update(version))"
            }
        case 11...14:
            let (frames, pack) = (number(0...3), UInt64(number(1...3)))
            let object = CatalogSample.object(frames: frames + number(0...2), pack: pack)
            return {
                try "\($0.insert(object, frames: (0..<frames).map { CatalogSample.frame($0, pack: pack) }))"
            }
        case 15:
            let (id, count) = (StoredObjectID(rawValue: Int64(number(1...60))), number(0...2))
            return { try "\($0.appendFrames((0..<count).map { CatalogSample.frame($0, pack: 5) }, to: id))" }
        case 16, 17:
            let (id, object) = (imageSetID(), StoredObjectID(rawValue: Int64(number(1...60))))
            return { try "\($0.insertFrameSet(imageSet: id, object: object))" }
        case 18...21:
            let record = instance()
            return { try "\($0.insert(record))" }
        case 22:
            let (id, version) = (InstanceID(rawValue: Int64(number(1...60))), number(1...6))
            return { try "\($0.end(id, before: version))" }
        case 23:
            guard chance(20) else { return change() }
            return { try "\($0.deleteUnreferencedObjects())" }
        case 24:
            let (attributes, updatedAt) = (attributes(), timestamp().milliseconds)
            return { try "\($0.upsert(CatalogSample.study(attributes, updatedAt: updatedAt)))" }
        case 25:
            // A series has the image set of its number, so that no set is named by two.
            let (attributes, count) = (attributes(), number(0...9))
            let id = UInt128(Self.uids.firstIndex(of: attributes.grouping.seriesInstanceUID) ?? 0) + 1
            return { try "\($0.upsert(CatalogSample.series(attributes, imageSet: id, instances: count)))" }
        case 26:
            let (uid, isStudy) = (pick(Self.uids), chance(50))
            guard chance(30) else { return change() }
            return { try isStudy ? "\($0.deleteStudy(uid))" : "\($0.deleteSeries(uid))" }
        case 27:
            let job = CatalogSample.job(
                UInt128(number(1...3)), submittedAt: Int64(number(1...9)), status: pick([.submitted, .completed]))
            return { transaction in
                guard try transaction.importJob(job.id) == nil else { return try "\(transaction.update(job))" }
                return try "\(transaction.insert(job))"
            }
        case 28...29:
            let (id, version, next) = (imageSetID(), number(1...5), number(2...6))
            return { try "\($0.reopenInstances(of: id, asOf: version, from: next, at: Timestamp(milliseconds: 50)))" }
        case 30...31:
            let (source, destination, version, first) = (imageSetID(), imageSetID(), number(1...5), number(1...5))
            let only = chance(50) ? nil : Set((0..<number(0...3)).map { _ in String(number(1...8)) })
            guard source != destination else { return change() }
            return {
                let count = try $0.copyInstances(
                    of: source, version: version, only: only, to: destination, from: first,
                    at: Timestamp(milliseconds: 60))
                return "\(count)"
            }
        case 32:
            let (id, pack) = (StoredObjectID(rawValue: Int64(number(1...60))), UInt64(number(1...5)))
            return { transaction in
                let record = try transaction.storedObject(id)
                let frames = try transaction.frames(of: id, range: 0..<9)
                let old = [record.header] + frames.map(\.location)
                let moves = Dictionary(
                    old.map { ($0, CatalogSample.location(pack: pack, offset: $0.offset, length: $0.length)) },
                    uniquingKeysWith: { first, _ in first })
                return try "\(transaction.relocate(id, moves))"
            }
        default:
            let (file, job, isNew) = (file(), ImportJobID(UInt128(number(1...3))), chance(60))
            let stale: ImportFileRecord.State? = chance(20) ? self.file().state : nil
            return { transaction in
                guard !isNew else { return try "\(transaction.insert([file], of: job))" }
                let standing = try transaction.importFiles(of: job, after: nil, limit: 9).first { $0.key == file.key }
                return try "\(transaction.update(file, from: stale ?? standing?.state ?? .pending, of: job))"
            }
        }
    }

    // MARK: Questions

    mutating func imageSetQuery() -> ImageSetQuery {
        var query = ImageSetQuery(limit: number(1...4))
        query.sortKey = pick([.updatedAt, .createdAt, .studyDateAndTime])
        query.isAscending = chance(50)
        for _ in 0..<number(0...2) {
            let (first, second) = (timestamp(), timestamp())
            let instants = min(first, second)...max(first, second)
            query.filters.append(
                pick([
                    .patientID(pick(Self.texts)), .accessionNumber(pick(Self.texts)), .studyID(pick(Self.texts)),
                    .studyInstanceUID(pick(Self.uids)), .seriesInstanceUID(pick(Self.uids)), .createdAt(instants),
                    .updatedAt(instants), .studyDateAndTime("20240101070000"..."20240102100000"),
                    .isPrimary(chance(50)),
                ]))
        }
        return query
    }

    mutating func indexQuery() -> IndexQuery {
        var query = IndexQuery(matches: [], offset: chance(80) ? 0 : number(0...3), limit: number(1...9))
        query.combinesDateAndTime = chance(70)
        for _ in 0..<number(0...3) {
            let key = pick(Match.Key.allCases)
            query.matches.append(Match(key, condition(values(of: key))))
        }
        if chance(30) {
            query.matches += [Match(.studyDate, range(Self.dates)), Match(.studyTime, range(Self.times))]
        }
        return query
    }

    private func values(of key: Match.Key) -> [String] {
        switch key {
        case .patientName, .referringPhysicianName: Self.names
        case .patientBirthDate, .studyDate, .seriesDate, .performedProcedureStepStartDate: Self.dates
        case .patientBirthTime, .studyTime, .seriesTime, .performedProcedureStepStartTime: Self.times
        case .studyInstanceUID, .seriesInstanceUID, .sopClassUID: Self.uids
        case .modality, .modalitiesInStudy: Self.modalities
        case .seriesNumber, .instanceNumber: ["1", "2", "10", "-3", "x", "007", ""]
        case .sopInstanceUID: ["1", "2", "3"]
        case .warningReason: ["45328", "45330"]
        case .patientID, .studyID, .accessionNumber, .studyDescription, .seriesDescription, .bodyPartExamined:
            Self.texts
        }
    }

    private mutating func condition(_ values: [String]) -> Match.Condition {
        let value = pick(values)
        return switch number(1...6) {
        case 1: .anyOf([value])
        case 2: .anyOf([value.uppercased(), pick(values)])
        case 3: range(values)
        case 4: .anyWordPrefix([String(value.prefix(number(1...3))), "o"])
        default: .wildcard(pattern(of: value))
        }
    }

    private mutating func range(_ values: [String]) -> Match.Condition {
        .range(lower: chance(25) ? nil : pick(values), upper: chance(25) ? nil : pick(values))
    }

    /// A value with some of its characters made wildcards, and others of the other case.
    private mutating func pattern(of value: String) -> String {
        var pattern = ""
        for character in value {
            switch number(1...10) {
            case 1: pattern += "*"
            case 2: pattern += "?"
            case 3: pattern += character.uppercased()
            default: pattern.append(character)
            }
        }
        return chance(50) ? pattern + "*" : chance(50) ? "*" + pattern : pattern
    }
}
