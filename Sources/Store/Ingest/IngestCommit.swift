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

/// What became of a batch, in its order.
struct IngestResult: Sendable {
    /// Where each instance went, or why it was refused.
    var outcomes: IngestOutcomes
    /// What the instances of the new versions take in their documents, where that is exact.
    var documentSizes: [DocumentSizes.Key: Int] = [:]
}

/// Turns a batch of staged instances into image set versions, inside one transaction.
struct IngestCommit {
    let instant: Timestamp
    let random128: () -> UInt128
    let counts: DocumentCounts
    let transaction: any CatalogWriting

    /// Decides by the rules of spec/20 and writes the outcome: one new version per image set touched.
    ///
    /// Instances that would make the metadata of an image set longer than it may be are refused, all that the batch has
    /// for that set; of the others everything becomes what it would have without them. Throws
    /// ``DocumentCounts/Missing`` where that cannot be told without reading.
    func apply(_ staged: [StagedInstance]) throws -> IngestResult {
        let standing = try standing(staged)
        var refused: Set<Int> = []
        while true {
            let plan = standing.plan(staged, except: refused)
            guard plan.lockedImageSets.isEmpty else { throw ImageSetsLocked(imageSets: plan.lockedImageSets) }
            var placements: [Placement] = []
            var missing = DocumentCounts.Missing()
            var refusedNow: [Int] = []
            for target in plan.targets {
                var placement = try prepare(target, staged, standing)
                switch fit(placement) {
                case .fits(let bytes):
                    placement.instanceBytes = bytes
                    placements.append(placement)
                case .exceeds:
                    refusedNow += target.arrivals + target.superseded.map(\.arrival)
                case .dependsOnReplaced:
                    missing.instances += placement.replaced
                case .dependsOnStanding:
                    if let standing = placement.standing { missing.imageSets.append(standing) }
                }
            }
            guard missing.isEmpty else { throw missing }
            guard refusedNow.isEmpty else {
                // What conflicted with a set that is not to be may have a place now.
                refused.formUnion(refusedNow)
                continue
            }
            return try write(placements, of: staged.count)
        }
    }

    private func write(_ placements: [Placement], of count: Int) throws -> IngestResult {
        let rejection = ImportRejection(
            .overQuota, "The metadata of the image set would exceed \(counts.limit) bytes")
        var result = IngestResult(outcomes: Array(repeating: .failure(rejection), count: count))
        for placement in placements {
            let imageSet = try place(placement)
            var outcome = IngestOutcome(
                imageSet: imageSet.id, version: imageSet.latestVersion, isPrimary: imageSet.isPrimary,
                isSuperseded: false)
            for arrival in placement.target.arrivals { result.outcomes[arrival] = .success(outcome) }
            outcome.isSuperseded = true
            for superseded in placement.target.superseded { result.outcomes[superseded.arrival] = .success(outcome) }
            if placement.instanceBytes.isExact {
                let key = DocumentSizes.Key(imageSet: imageSet.id, version: imageSet.latestVersion)
                result.documentSizes[key] = placement.instanceBytes.bytes
            }
        }
        return result
    }

    // MARK: The plan

    /// What the catalog holds that bears on a batch.
    private struct Standing {
        var imageSets: [ImageSetID: ImageSetRecord]
        var homes: [String: ImageSetID]

        /// The plan of a batch without some of its instances; it names them by their places in the whole batch.
        func plan(_ staged: [StagedInstance], except refused: Set<Int>) -> ImportPlan {
            let kept = staged.indices.filter { !refused.contains($0) }
            var plan = ImportPlanner.plan(
                kept.map {
                    let facts = staged[$0].facts
                    return ImportPlanner.Arrival(key: facts.grouping, sopInstanceUID: facts.sopInstanceUID)
                },
                primaryImageSets: imageSets.values.map {
                    ImportPlanner.PrimaryImageSet(
                        id: $0.id, key: $0.attributes.grouping, isLocked: $0.state == .locked)
                }, instanceHomes: homes)
            guard !refused.isEmpty else { return plan }
            for index in plan.targets.indices {
                plan.targets[index].arrivals = plan.targets[index].arrivals.map { kept[$0] }
                plan.targets[index].superseded = plan.targets[index].superseded.map {
                    ImportPlan.Superseded(arrival: kept[$0.arrival], successor: kept[$0.successor])
                }
            }
            return plan
        }
    }

    private func standing(_ staged: [StagedInstance]) throws -> Standing {
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
        return Standing(imageSets: imageSets, homes: homes)
    }

    // MARK: What fits

    /// A target and what it will be, before anything is written.
    private struct Placement {
        var target: ImportPlan.Target
        var arrivals: [StagedInstance]
        /// The image set with its latest version, where there is one.
        var standing: ImageSetVersion?
        /// Its instances that end.
        var replaced: [InstanceRecord] = []
        var levels: ImageSetLevels
        /// The levels that are not as they were.
        var changedLevels: Set<AttributeLevel> = []
        var instanceBytes = InstanceBytes.none
    }

    private func prepare(
        _ target: ImportPlan.Target, _ staged: [StagedInstance], _ standing: Standing
    ) throws -> Placement {
        let arrivals = target.arrivals.map { staged[$0] }
        guard case .existingPrimary(let id) = target.destination else {
            var levels = arrivals[0].facts.levels
            _ = levels.fill(from: arrivals.dropFirst().map(\.facts.levels))
            return Placement(target: target, arrivals: arrivals, levels: levels)
        }
        guard let imageSet = standing.imageSets[id],
            let latest = try transaction.version(imageSet.latestVersion, of: id)
        else {
            throw StoreError(.internal, "the primary image set \(id) lacks its latest version")
        }
        var placement = Placement(
            target: target, arrivals: arrivals, standing: ImageSetVersion(imageSet: imageSet, version: latest),
            levels: try transaction.levels(latest.levels))
        placement.changedLevels = placement.levels.fill(from: arrivals.map(\.facts.levels))
        placement.replaced = try target.replacedInstances.compactMap {
            try transaction.instance($0, of: id, version: latest.number)
        }
        return placement
    }

    private func fit(_ placement: Placement) -> DocumentFit.Verdict {
        var fit = DocumentFit(
            limit: counts.limit, levels: MetadataDocument.greatestByteCount(of: placement.levels),
            standing: placement.standing.map { counts.instanceBytes(of: $0) } ?? .none,
            replaced: counts.bytes(of: placement.replaced),
            arriving: placement.arrivals.reduce(0) { $0 + $1.facts.documentBytes })
        if case .fits = fit.verdict { return fit.verdict }
        fit.levels = MetadataDocument.byteCount(of: placement.levels)
        return fit.verdict
    }

    // MARK: Writing

    /// Writes one target's new version and answers the image set as it then stands.
    private func place(_ placement: Placement) throws -> ImageSetRecord {
        let imageSet =
            if let standing = placement.standing {
                try extend(standing, by: placement)
            } else if case .newPrimary = placement.target.destination {
                try create(placement, isPrimary: true)
            } else {
                try create(placement, isPrimary: false)
            }
        for instance in placement.arrivals {
            try insert(instance, into: imageSet)
        }
        if imageSet.isPrimary {
            try PrimaryHierarchy.update(imageSet, at: instant, in: transaction)
        }
        return imageSet
    }

    private func extend(_ standing: ImageSetVersion, by placement: Placement) throws -> ImageSetRecord {
        var imageSet = standing.imageSet
        for old in placement.replaced { try transaction.end(old.id, before: standing.version.number + 1) }
        imageSet.latestVersion += 1
        imageSet.updatedAt = instant
        imageSet.noteAccess(at: instant)
        let references = try transaction.store(
            placement.levels, changed: placement.changedLevels, since: standing.version.levels)
        imageSet.attributes = ImageSetAttributes(placement.levels)
        try transaction.update(imageSet)
        var version = VersionRecord(
            imageSet: imageSet.id, number: imageSet.latestVersion, status: .imported, isPrimary: imageSet.isPrimary,
            createdAt: imageSet.createdAt, updatedAt: instant, message: nil, wasForced: nil, levels: references)
        version.documentBytes = placement.instanceBytes.bytes
        try transaction.insert(version)
        return imageSet
    }

    private func create(_ placement: Placement, isPrimary: Bool) throws -> ImageSetRecord {
        let levels = placement.levels
        let imageSet = ImageSetRecord(
            id: ImageSetID(random128()), state: .active, isPrimary: isPrimary, latestVersion: 1, createdAt: instant,
            updatedAt: instant, lastAccessedAt: instant, storageTier: .frequentAccess,
            attributes: ImageSetAttributes(levels))
        try transaction.insert(imageSet)
        var version = VersionRecord(
            imageSet: imageSet.id, number: 1, status: .created, isPrimary: isPrimary, createdAt: instant,
            updatedAt: nil, message: nil, wasForced: nil, levels: try transaction.insert(levels))
        version.documentBytes = placement.instanceBytes.bytes
        try transaction.insert(version)
        return imageSet
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
