import Blobs
import ImageSets

extension InMemoryTransaction: CatalogWriting {
    // MARK: Image sets

    func insert(_ imageSet: ImageSetRecord) throws {
        guard state.imageSets[imageSet.id] == nil else { throw conflict("the image set exists") }
        let change = state.nextChange()
        state.imageSets[imageSet.id] = .init(
            record: imageSet, changes: [.createdAt: change, .updatedAt: change, .studyDateAndTime: change])
    }

    func update(_ imageSet: ImageSetRecord) throws {
        guard var row = state.imageSets[imageSet.id] else { throw missing("image set") }
        if imageSet.isPrimary && !row.record.isPrimary {
            for instance in state.instances.values where instance.imageSet == imageSet.id && instance.isOpen {
                try checkNotPrimary(instance.attributes.sopInstanceUID)
            }
        }
        let changedKeys = imageSet.changedKeys(since: row.record)
        if !changedKeys.isEmpty {
            let change = state.nextChange()
            for key in changedKeys { row.changes[key] = change }
        }
        row.record = imageSet
        state.imageSets[imageSet.id] = row
    }

    func insert(_ version: VersionRecord) throws {
        try check(version)
        guard state.versions[version.imageSet]?[version.number] == nil else { throw conflict("the version exists") }
        state.versions[version.imageSet, default: [:]][version.number] = version
    }

    func update(_ version: VersionRecord) throws {
        guard state.versions[version.imageSet]?[version.number] != nil else { throw missing("version") }
        try check(version)
        state.versions[version.imageSet]?[version.number] = version
    }

    private func check(_ version: VersionRecord) throws {
        guard state.imageSets[version.imageSet] != nil else { throw missing("image set") }
        for level in version.levels.all where state.levels[level] == nil { throw missing("level") }
    }

    func insertLevel(_ bytes: [UInt8]) -> LevelID {
        let id = state.nextLevelID()
        state.levels[id] = bytes
        return id
    }

    func insertFrameSet(imageSet: ImageSetID, object: StoredObjectID) throws -> FrameSetID {
        guard state.imageSets[imageSet] != nil else { throw missing("image set") }
        guard state.objects[object] != nil else { throw missing("stored object") }
        let id = state.nextFrameSetID()
        state.frameSets[id] = .init(imageSet: imageSet, object: object)
        return id
    }

    func insert(_ instance: InstanceRecord) throws -> InstanceID {
        guard let imageSet = state.imageSets[instance.imageSet] else { throw missing("image set") }
        guard state.objects[instance.object] != nil else { throw missing("stored object") }
        guard state.frameSets[instance.frameSet] != nil else { throw missing("frame set") }
        guard !instance.versions.isEmpty else { throw conflict("the instance ends before it begins") }
        let isRepeated = state.instances.values.contains { other in
            other.imageSet == instance.imageSet && other.versions.overlaps(instance.versions)
                && other.attributes.sopInstanceUID == instance.attributes.sopInstanceUID
        }
        if isRepeated { throw conflict("the image set has the instance") }
        if instance.isOpen && imageSet.record.isPrimary { try checkNotPrimary(instance.attributes.sopInstanceUID) }
        var instance = instance
        instance.id = state.nextInstanceID()
        state.instances[instance.id] = instance
        return instance.id
    }

    func end(_ instance: InstanceID, before version: Int) throws {
        guard let row = state.instances[instance], row.isOpen else { throw missing("open instance") }
        guard row.firstVersion <= version else { throw conflict("the instance began later") }
        if row.firstVersion == version {
            state.instances[instance] = nil
            removeObjects(ifUnreferenced: [row.object])
        } else {
            state.instances[instance]?.endVersion = version
        }
    }

    func setEdits(_ edits: [UInt8]?, of instance: InstanceID) throws {
        guard state.instances[instance] != nil else { throw missing("instance") }
        state.instances[instance]?.edits = edits
    }

    func reopenInstances(
        of imageSet: ImageSetID, asOf version: Int, from next: Int, at instant: Timestamp
    ) throws {
        guard let owner = state.imageSets[imageSet] else { throw missing("image set") }
        let all = state.instances.values.filter { $0.imageSet == imageSet }.sorted { $0.id.rawValue < $1.id.rawValue }
        let isLater = all.contains { $0.firstVersion >= next || $0.endVersion.map { $0 > next } ?? false }
        guard version < next, !isLater else { throw conflict("an instance began or ended later") }
        let reopened = all.filter { !$0.isOpen && $0.versions.contains(version) }
        for instance in reopened where owner.record.isPrimary {
            let standing = primaryInstance(instance.attributes.sopInstanceUID)
            if let standing, standing.imageSet != imageSet { throw conflict("the instance is primary elsewhere") }
        }
        for instance in all where instance.isOpen && instance.firstVersion > version {
            state.instances[instance.id]?.endVersion = next
        }
        for var instance in reopened {
            (instance.firstVersion, instance.endVersion, instance.createdAt) = (next, nil, instant)
            instance.id = state.nextInstanceID()
            state.instances[instance.id] = instance
        }
    }

    func copyInstances(
        of source: ImageSetID, version: Int, only: Set<String>?, to destination: ImageSetID, from first: Int,
        at instant: Timestamp
    ) throws -> Int {
        guard let owner = state.imageSets[destination] else { throw missing("image set") }
        let copied = instances(of: source, version: version).filter { instance in
            only?.contains(instance.attributes.sopInstanceUID) ?? true
        }.sorted { $0.id.rawValue < $1.id.rawValue }
        let standing = Set(
            state.instances.values.filter { $0.imageSet == destination && $0.endVersion ?? .max > first }
                .map(\.attributes.sopInstanceUID))
        for instance in copied {
            let uid = instance.attributes.sopInstanceUID
            if standing.contains(uid) { throw conflict("the image set has the instance") }
            if owner.record.isPrimary { try checkNotPrimary(uid) }
        }
        for var instance in copied {
            let known = state.frameSets.filter { _, row in
                row.imageSet == destination && row.object == instance.object
            }
            instance.frameSet =
                try known.keys.min { $0.rawValue < $1.rawValue }
                ?? insertFrameSet(imageSet: destination, object: instance.object)
            instance.imageSet = destination
            (instance.firstVersion, instance.endVersion, instance.createdAt) = (first, nil, instant)
            instance.id = state.nextInstanceID()
            state.instances[instance.id] = instance
        }
        return copied.count
    }

    func deleteImageSet(_ id: ImageSetID) throws {
        guard state.imageSets.removeValue(forKey: id) != nil else { throw missing("image set") }
        let instances = state.instances.values.filter { $0.imageSet == id }
        for instance in instances { state.instances[instance.id] = nil }
        state.frameSets = state.frameSets.filter { $0.value.imageSet != id }
        releasedLevels.formUnion((state.versions.removeValue(forKey: id) ?? [:]).values.flatMap(\.levels.all))
        removeObjects(ifUnreferenced: Set(instances.map(\.object)))
    }

    /// Throws `conflict` when an instance is in a primary set now.
    private func checkNotPrimary(_ sopInstanceUID: String) throws {
        if primaryInstance(sopInstanceUID) != nil { throw conflict("the instance is primary elsewhere") }
    }

    // MARK: Stored objects

    func insert(_ object: StoredObjectRecord, frames: [FrameRecord]) throws -> StoredObjectID {
        guard frames.count <= object.frameCount else { throw conflict("more frames than announced") }
        let id = state.nextObjectID()
        state.objects[id] = .init(record: object, frames: frames)
        return id
    }

    func appendFrames(_ frames: [FrameRecord], to object: StoredObjectID) throws {
        guard let row = state.objects[object] else { throw missing("stored object") }
        guard row.frames.count + frames.count <= row.record.frameCount else {
            throw conflict("more frames than announced")
        }
        state.objects[object]?.frames += frames
    }

    func relocate(_ object: StoredObjectID, _ moves: [BlobLocation: BlobLocation]) throws {
        guard var row = state.objects[object] else { throw missing("stored object") }
        row.record.move(moves)
        for index in row.frames.indices { row.frames[index].move(moves) }
        state.objects[object] = row
    }

    func deleteUnreferencedObjects() -> Int {
        removeObjects(ifUnreferenced: Set(state.objects.keys))
    }

    @discardableResult
    private func removeObjects(ifUnreferenced candidates: Set<StoredObjectID>) -> Int {
        guard !candidates.isEmpty else { return 0 }
        var loose = candidates.intersection(state.objects.keys).subtracting(state.instances.values.map(\.object))
        for file in state.files.values.flatMap(\.values) {
            if case .staged(let object, _) = file.state { loose.remove(object) }
        }
        for object in loose { state.objects[object] = nil }
        state.frameSets = state.frameSets.filter { !loose.contains($0.value.object) }
        return loose.count
    }

    // MARK: Jobs, tokens, tags

    func insert(_ job: ImportJobRecord) throws {
        guard state.jobs[job.id] == nil else { throw conflict("the import job exists") }
        state.jobs[job.id] = job
    }

    func update(_ job: ImportJobRecord) throws {
        guard state.jobs[job.id] != nil else { throw missing("import job") }
        state.jobs[job.id] = job
    }

    func deleteImportJob(_ id: ImportJobID) throws {
        guard state.jobs.removeValue(forKey: id) != nil else { throw missing("import job") }
        state.files[id] = nil
        state.tokens = state.tokens.filter { $0.value.resourceID != id.description }
    }

    func insert(_ files: [ImportFileRecord], of job: ImportJobID) throws {
        guard state.jobs[job] != nil else { throw missing("import job") }
        var known = state.files[job] ?? [:]
        for file in files {
            guard known.updateValue(file, forKey: file.key) == nil else { throw conflict("the file is listed") }
            try checkStagedObject(file)
        }
        state.files[job] = known
    }

    func update(_ file: ImportFileRecord, from old: ImportFileRecord.State, of job: ImportJobID) throws {
        let standing = state.files[job]?[file.key]?.state
        guard let standing, standing.object == old.object else { throw missing("import file") }
        try checkStagedObject(file)
        state.files[job]?[file.key] = file
    }

    private func checkStagedObject(_ file: ImportFileRecord) throws {
        if let object = file.state.object, state.objects[object] == nil { throw missing("stored object") }
    }

    func insert(_ record: ClientTokenRecord, token: String, operation: String) throws {
        let key = InMemoryState.TokenKey(token: token, operation: operation)
        guard state.tokens[key] == nil else { throw conflict("the client token is used") }
        state.tokens[key] = record
    }

    func setTags(_ tags: [String: String], of resource: String) {
        state.tags[resource] = tags.isEmpty ? nil : tags
    }

    // MARK: The end

    /// Removes the levels that the transaction released and no version names, before it is committed.
    func sweep() {
        let named = Set(state.versions.values.flatMap(\.values).flatMap(\.levels.all))
        for level in releasedLevels.subtracting(named) { state.levels[level] = nil }
    }
}
