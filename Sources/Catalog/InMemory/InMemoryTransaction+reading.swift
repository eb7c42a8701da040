import Blobs
import ImageSets

extension InMemoryTransaction: CatalogReading {
    // MARK: Image sets

    func imageSet(_ id: ImageSetID) -> ImageSetRecord? {
        state.imageSets[id]?.record
    }

    func version(_ number: Int, of imageSet: ImageSetID) -> VersionRecord? {
        state.versions[imageSet]?[number]
    }

    func versions(of imageSet: ImageSetID, before: Int?, limit: Int) -> [VersionRecord] {
        let numbers = (state.versions[imageSet] ?? [:]).values.filter { $0.number < before ?? .max }
        return Array(numbers.sorted { $0.number > $1.number }.prefix(max(limit, 0)))
    }

    func level(_ id: LevelID) throws -> [UInt8] {
        guard let bytes = state.levels[id] else { throw missing("level") }
        return bytes
    }

    func instances(of imageSet: ImageSetID, version: Int) -> [InstanceRecord] {
        state.instances.values.filter { $0.imageSet == imageSet && $0.versions.contains(version) }
            .sorted(by: InstanceRecord.byInstanceNumber)
    }

    func instance(_ sopInstanceUID: String, of imageSet: ImageSetID, version: Int) -> InstanceRecord? {
        instances(of: imageSet, version: version).first { $0.attributes.sopInstanceUID == sopInstanceUID }
    }

    func instanceCount(of imageSet: ImageSetID, version: Int) -> Int {
        instances(of: imageSet, version: version).count
    }

    func frameCount(of imageSet: ImageSetID, version: Int) -> Int {
        instances(of: imageSet, version: version).reduce(0) { $0 + (state.objects[$1.object]?.record.frameCount ?? 0) }
    }

    func imageSetCount() -> Int {
        state.imageSets.count
    }

    // MARK: Stored objects and frames

    func storedObject(_ id: StoredObjectID) throws -> StoredObjectRecord {
        guard let row = state.objects[id] else { throw missing("stored object") }
        return row.record
    }

    func frames(of object: StoredObjectID, range: Range<Int>) throws -> [FrameRecord] {
        guard let row = state.objects[object] else { throw missing("stored object") }
        return Array(row.frames[range.clamped(to: row.frames.indices)])
    }

    func frameSet(_ id: FrameSetID) -> (imageSet: ImageSetID, object: StoredObjectID)? {
        state.frameSets[id].map { ($0.imageSet, $0.object) }
    }

    func liveByteCounts() -> [PackID: UInt64] {
        var counts: [PackID: UInt64] = [:]
        for row in state.objects.values {
            for location in row.record.locations + row.frames.map(\.location) {
                counts[location.pack, default: 0] += location.physicalByteCount
            }
        }
        return counts
    }

    func storedObjects(
        in pack: PackID, after: StoredObjectID?, limit: Int
    ) -> [(id: StoredObjectID, record: StoredObjectRecord)] {
        let found = state.objects.filter { id, row in
            id.rawValue > after?.rawValue ?? 0
                && (row.record.locations + row.frames.map(\.location)).contains { $0.pack == pack }
        }
        return found.sorted { $0.key.rawValue < $1.key.rawValue }.prefix(max(limit, 0))
            .map { ($0.key, $0.value.record) }
    }

    func forEachStoredObject(_ body: (StoredObjectID, StoredObjectRecord) throws -> Void) throws {
        for (id, row) in state.objects.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try body(id, row.record)
        }
    }

    // MARK: Jobs, tokens, tags

    func importJob(_ id: ImportJobID) -> ImportJobRecord? {
        state.jobs[id]
    }

    func importJobs(
        status: ImportJobRecord.Status?, submittedAfter: Timestamp?, after: ImportJobID?, limit: Int
    ) throws -> [ImportJobRecord] {
        var jobs = state.jobs.values.sorted { ($1.submittedAt, $1.id) < ($0.submittedAt, $0.id) }
        if let after {
            guard let last = state.jobs[after] else { throw missing("import job") }
            jobs.removeAll { ($0.submittedAt, $0.id) >= (last.submittedAt, last.id) }
        }
        jobs.removeAll { job in
            submittedAfter.map { job.submittedAt <= $0 } ?? false || status.map { job.status != $0 } ?? false
        }
        return Array(jobs.prefix(max(limit, 0)))
    }

    func endedImportJobs(submittedUntil instant: Timestamp, limit: Int) -> [ImportJobRecord] {
        let jobs = state.jobs.values.filter {
            $0.submittedAt <= instant && ($0.status == .completed || $0.status == .failed)
        }
        return Array(jobs.sorted { ($0.submittedAt, $0.id) < ($1.submittedAt, $1.id) }.prefix(max(limit, 0)))
    }

    func importFiles(of job: ImportJobID, after key: String?, limit: Int) -> [ImportFileRecord] {
        let files = (state.files[job] ?? [:]).values.filter { file in key.map { $0.precedes(file.key) } ?? true }
        return Array(files.sorted { $0.key.precedes($1.key) }.prefix(max(limit, 0)))
    }

    func metadataMappings(of job: ImportJobID) -> Set<Int> {
        Set((state.files[job] ?? [:]).values.compactMap(\.metadataMapping))
    }

    func importFileCounts(of job: ImportJobID) -> ImportFileCounts {
        var counts = ImportFileCounts()
        for file in (state.files[job] ?? [:]).values {
            switch file.state {
            case .pending: counts.pending += 1
            case .staged: counts.staged += 1
            case .imported: counts.imported += 1
            case .failed(_, _, isServerFault: false): counts.customerErrors += 1
            case .failed(_, _, isServerFault: true): counts.serverErrors += 1
            }
        }
        return counts
    }

    func clientToken(_ token: String, operation: String) -> ClientTokenRecord? {
        state.tokens[.init(token: token, operation: operation)]
    }

    func tags(of resource: String) -> [String: String] {
        state.tags[resource] ?? [:]
    }
}

extension InstanceRecord {
    /// The versions that have this instance.
    var versions: Range<Int> {
        firstVersion..<max(firstVersion, endVersion ?? .max)
    }

    /// Whether the newest version has it.
    var isOpen: Bool {
        endVersion == nil
    }

    /// The order of the instances of a version, and of instance searches.
    static func byInstanceNumber(_ left: Self, _ right: Self) -> Bool {
        let (first, second) = (left.attributes.instanceNumber ?? .max, right.attributes.instanceNumber ?? .max)
        return first != second
            ? first < second : left.attributes.sopInstanceUID.precedes(right.attributes.sopInstanceUID)
    }
}
