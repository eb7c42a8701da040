public import DICOM

/// What an UpdateImageSetMetadata request does to an image set: judged, encoded, and by level.
public struct MetadataChange: Sendable, Equatable {
    /// What happens to the attributes of one level or instance.
    public struct Attributes: Sendable, Equatable {
        /// Attributes to insert or replace, their text in UTF-8.
        public var updated = DataSet()
        /// Attributes to remove.
        public var removed: Set<Tag> = []

        /// Nothing.
        public init() {}

        /// Every attribute named.
        public var tags: Set<Tag> {
            removed.union(updated.elements.map(\.tag))
        }

        /// Whether nothing happens.
        public var isEmpty: Bool {
            updated.isEmpty && removed.isEmpty
        }
    }

    /// What the image set is like that a change is for.
    public struct Standing: Sendable {
        /// Whether the set is primary.
        public var isPrimary: Bool
        /// Whether the request has `force`.
        public var isForced: Bool
        /// The Series Instance UID of the set.
        public var seriesInstanceUID: String
        /// The instances, as they are now, whose private attributes the request names without VR.
        public var instances: [String: DataSet]

        /// Gathers the parts.
        public init(isPrimary: Bool, isForced: Bool, seriesInstanceUID: String, instances: [String: DataSet] = [:]) {
            self.isPrimary = isPrimary
            self.isForced = isForced
            self.seriesInstanceUID = seriesInstanceUID
            self.instances = instances
        }
    }

    private var levels: [AttributeLevel: Attributes] = [:]
    /// What happens to single instances, by the SOP Instance UID that they have now.
    public private(set) var instances: [String: Attributes] = [:]
    /// SOP Instance UIDs of instances that are taken out of the set.
    public private(set) var removedInstances: Set<String> = []

    /// What happens at a level that all instances share.
    public subscript(level: AttributeLevel) -> Attributes {
        levels[level] ?? Attributes()
    }

    /// Whether the Patient or the Study level changes, which all image sets of a study share.
    public var changesStudy: Bool {
        !self[.patient].isEmpty || !self[.study].isEmpty
    }

    /// Whether the Series level or single instances change.
    public var changesSeries: Bool {
        !self[.series].isEmpty || !instances.isEmpty || !removedInstances.isEmpty
    }

    /// The same at the Patient and Study levels, and nothing below.
    public var ofStudy: MetadataChange {
        var change = MetadataChange()
        change.levels = levels.filter { $0.key == .patient || $0.key == .study }
        return change
    }

    private init() {}

    /// Judges what the two documents of a request ask for; throws the first rule that is broken.
    public init(
        updatable: ChangeDocument?, removable: ChangeDocument?, standing: Standing
    ) throws(ChangeRefusal) {
        let rules = AttributeRules(isForced: standing.isForced, isPrimary: standing.isPrimary)
        if let updatable { try update(updatable, standing, rules) }
        if let removable { try remove(removable, standing, rules) }
        guard changesStudy || changesSeries else { throw ChangeRefusal("The update changes nothing") }
    }

    // MARK: Updates

    private mutating func update(
        _ document: ChangeDocument, _ standing: Standing, _ rules: AttributeRules
    ) throws(ChangeRefusal) {
        levels[.patient] = try updates(document.patient, at: .patient, rules)
        levels[.study] = try updates(document.study, at: .study, rules)
        for series in document.series {
            try Self.check(series.uid, standing)
            levels[.series] = try updates(series.section, at: .series, rules)
            for (uid, section) in series.instances ?? [] {
                let instance = standing.instances[uid]
                let updated = try updates(section, at: .instance, rules) { instance?[$0]?.vr }
                if !updated.isEmpty { instances[uid] = updated }
            }
        }
        levels = levels.filter { !$0.value.isEmpty }
    }

    private func updates(
        _ section: ChangeDocument.Section, at level: AttributeLevel, _ rules: AttributeRules,
        standingVR: @escaping (Tag) -> VR? = { _ in nil }
    ) throws(ChangeRefusal) -> Attributes {
        let encoder = AttributeEncoder(rules: rules, vrs: section.vrs, standingVR: standingVR)
        var attributes = Attributes()
        for member in section.attributes {
            let tag = try AttributeRules.tag(named: member.name)
            try rules.check(tag, at: level, isRemoval: false)
            guard !attributes.updated.contains(tag) else { throw ChangeRefusal("\(tag.name) is named twice") }
            attributes.updated.set(try encoder.element(tag, member.value))
        }
        return attributes
    }

    // MARK: Removals

    private mutating func remove(
        _ document: ChangeDocument, _ standing: Standing, _ rules: AttributeRules
    ) throws(ChangeRefusal) {
        try addRemovals(document.patient, at: .patient, rules)
        try addRemovals(document.study, at: .study, rules)
        for series in document.series {
            try Self.check(series.uid, standing)
            try addRemovals(series.section, at: .series, rules)
            for (uid, section) in series.instances ?? [] {
                if section.isBare {
                    guard standing.isForced else { throw ChangeRefusal("Instances can be removed with force only") }
                    guard instances[uid] == nil else {
                        throw ChangeRefusal("An instance cannot be updated and removed at the same time")
                    }
                    removedInstances.insert(uid)
                } else {
                    var attributes = instances[uid] ?? Attributes()
                    try Self.add(section, to: &attributes, at: .instance, rules)
                    if !attributes.isEmpty { instances[uid] = attributes }
                }
            }
        }
        levels = levels.filter { !$0.value.isEmpty }
    }

    private mutating func addRemovals(
        _ section: ChangeDocument.Section, at level: AttributeLevel, _ rules: AttributeRules
    ) throws(ChangeRefusal) {
        var attributes = self[level]
        try Self.add(section, to: &attributes, at: level, rules)
        levels[level] = attributes
    }

    private static func add(
        _ section: ChangeDocument.Section, to attributes: inout Attributes, at level: AttributeLevel,
        _ rules: AttributeRules
    ) throws(ChangeRefusal) {
        for member in section.attributes {
            let tag = try AttributeRules.tag(named: member.name)
            try rules.check(tag, at: level, isRemoval: true)
            guard !attributes.updated.contains(tag) else {
                throw ChangeRefusal("\(tag.name) cannot be updated and removed at the same time")
            }
            attributes.removed.insert(tag)
        }
    }

    private static func check(_ seriesInstanceUID: String, _ standing: Standing) throws(ChangeRefusal) {
        guard seriesInstanceUID == standing.seriesInstanceUID else {
            throw ChangeRefusal("The image set does not have a Series that the update names")
        }
    }
}
