import Catalog
public import ImageSets

/// Where one staged instance went.
public struct IngestOutcome: Sendable, Equatable {
    /// The image set it is in now.
    public var imageSet: ImageSetID
    /// The version that holds it.
    public var version: Int
    /// Whether that image set is primary.
    public var isPrimary: Bool
    /// Whether a later instance of the same batch, with the same SOP Instance UID, stands in its place.
    public var isSuperseded: Bool
}

/// Turns a batch of staged instances into image set versions, inside one transaction.
struct IngestCommit {
    let instant: Timestamp
    let random128: () -> UInt128
    let transaction: any CatalogWriting

    /// Decides by the rules of spec/20 and writes the outcome: one new version per image set touched.
    func apply(_ staged: [StagedInstance]) throws -> [IngestOutcome] {
        let plan = try plan(staged)
        guard plan.lockedImageSets.isEmpty else { throw ImageSetsLocked(imageSets: plan.lockedImageSets) }
        var outcomes = [IngestOutcome?](repeating: nil, count: staged.count)
        for target in plan.targets {
            let imageSet = try place(target, staged)
            let outcome = IngestOutcome(
                imageSet: imageSet.id, version: imageSet.latestVersion, isPrimary: imageSet.isPrimary,
                isSuperseded: false)
            for arrival in target.arrivals { outcomes[arrival] = outcome }
            for superseded in target.superseded {
                outcomes[superseded.arrival] = outcome
                outcomes[superseded.arrival]?.isSuperseded = true
            }
        }
        return try outcomes.map { outcome in
            guard let outcome else { throw StoreError(.internal, "the import plan left an instance out") }
            return outcome
        }
    }

    private func plan(_ staged: [StagedInstance]) throws -> ImportPlan {
        var imageSets: [ImageSetID: ImageSetRecord] = [:]
        for study in Set(staged.map(\.facts.grouping.studyInstanceUID)) {
            for imageSet in try transaction.primaryImageSets(ofStudy: study) { imageSets[imageSet.id] = imageSet }
        }
        var homes: [String: ImageSetID] = [:]
        for sop in Set(staged.map(\.facts.sopInstanceUID)) {
            homes[sop] = try transaction.primaryInstance(sop)?.imageSet
        }
        var named = Set(homes.values)
        for series in Set(staged.map(\.facts.grouping.seriesInstanceUID)) {
            if let home = try transaction.primarySeries(series)?.imageSet { named.insert(home) }
        }
        for id in named where imageSets[id] == nil {
            imageSets[id] = try transaction.imageSet(id)
        }
        return ImportPlanner.plan(
            staged.map { ImportPlanner.Arrival(key: $0.facts.grouping, sopInstanceUID: $0.facts.sopInstanceUID) },
            primaryImageSets: imageSets.values.map {
                ImportPlanner.PrimaryImageSet(
                    id: $0.id, key: $0.attributes.grouping, isLocked: $0.state == .locked)
            }, instanceHomes: homes)
    }

    /// Writes one target's new version and answers the image set as it then stands.
    private func place(_ target: ImportPlan.Target, _ staged: [StagedInstance]) throws -> ImageSetRecord {
        let arrivals = target.arrivals.map { staged[$0] }
        let imageSet: ImageSetRecord
        switch target.destination {
        case .existingPrimary(let id):
            imageSet = try extend(id, with: arrivals, replacing: target.replacedInstances)
        case .newPrimary:
            imageSet = try create(from: arrivals, isPrimary: true)
        case .newNonPrimary:
            imageSet = try create(from: arrivals, isPrimary: false)
        }
        for instance in arrivals {
            try insert(instance, into: imageSet)
        }
        if imageSet.isPrimary {
            try PrimaryHierarchy.update(imageSet, at: instant, in: transaction)
        }
        return imageSet
    }

    private func extend(
        _ id: ImageSetID, with arrivals: [StagedInstance], replacing replaced: Set<String>
    ) throws -> ImageSetRecord {
        guard var imageSet = try transaction.imageSet(id),
            let latest = try transaction.version(imageSet.latestVersion, of: id)
        else {
            throw StoreError(.internal, "the primary image set \(id) lacks its latest version")
        }
        for sop in replaced {
            guard let old = try transaction.instance(sop, of: id, version: latest.number) else { continue }
            try transaction.end(old.id, before: latest.number + 1)
        }
        imageSet.latestVersion += 1
        imageSet.updatedAt = instant
        imageSet.noteAccess(at: instant)
        let levels = try transaction.fill(latest.levels, from: arrivals.map(\.facts.levels))
        imageSet.attributes = ImageSetAttributes(levels.levels)
        try transaction.update(imageSet)
        var version = VersionRecord(
            imageSet: id, number: imageSet.latestVersion, status: .imported, isPrimary: imageSet.isPrimary,
            createdAt: imageSet.createdAt, updatedAt: instant, message: nil, wasForced: nil,
            levels: levels.references)
        version.documentBytes = latest.documentBytes.map { $0 + documentBytes(of: arrivals) }
        try transaction.insert(version)
        return imageSet
    }

    private func create(from arrivals: [StagedInstance], isPrimary: Bool) throws -> ImageSetRecord {
        var levels = arrivals[0].facts.levels
        for later in arrivals.dropFirst() { levels.fill(from: later.facts.levels) }
        let imageSet = ImageSetRecord(
            id: ImageSetID(random128()), state: .active, isPrimary: isPrimary, latestVersion: 1, createdAt: instant,
            updatedAt: instant, lastAccessedAt: instant, storageTier: .frequentAccess,
            attributes: ImageSetAttributes(levels))
        try transaction.insert(imageSet)
        var version = VersionRecord(
            imageSet: imageSet.id, number: 1, status: .created, isPrimary: isPrimary, createdAt: instant,
            updatedAt: nil, message: nil, wasForced: nil, levels: try transaction.insert(levels))
        version.documentBytes = documentBytes(of: arrivals)
        try transaction.insert(version)
        return imageSet
    }

    private func documentBytes(of arrivals: [StagedInstance]) -> Int {
        arrivals.reduce(0) { $0 + $1.facts.documentBytes }
    }

    private func insert(_ instance: StagedInstance, into imageSet: ImageSetRecord) throws {
        let object =
            switch instance.object {
            case .stored(let id): id
            case .new(let record, let frames): try transaction.insert(record, frames: frames)
            }
        _ = try transaction.insert(
            InstanceRecord(
                id: InstanceID(rawValue: 0), imageSet: imageSet.id, firstVersion: imageSet.latestVersion,
                endVersion: nil, object: object,
                frameSet: transaction.insertFrameSet(imageSet: imageSet.id, object: object),
                attributes: instance.facts.instance, createdAt: instant))
    }
}

/// Says that image sets in the way are under change; the caller waits and plans again.
struct ImageSetsLocked: Error {
    let imageSets: Set<ImageSetID>
}
