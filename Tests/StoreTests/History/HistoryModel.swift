/// The rules of spec/30 once more, as plainly as can be: what a store must look like after any history of imports,
/// updates, copies, promotions and deletes. Nothing here is shared with the code under test.
struct HistoryModel: Equatable {
    /// One instance: which import it came from, and an attribute that updates change.
    struct Instance: Equatable {
        var marker: Int
        var thickness: String?
    }

    /// What one version holds.
    struct Content: Equatable {
        var patientID: String
        /// Nil once it was removed.
        var patientName: String?
        var study: String
        var accession: String
        var series: String
        var seriesNumber: String
        var instances: [String: Instance]

        /// What a study's primary sets have in common.
        var studyElements: [String] { [patientID, accession] }
        var patientLevel: [String?] { [patientID, patientName] }
        var studyLevel: [String?] { [study, accession] }
        var seriesLevel: [String?] { [series, seriesNumber] }
    }

    struct Version: Equatable {
        var status: String
        var content: Content
    }

    struct ImageSet: Equatable {
        var isPrimary: Bool
        var versions: [Version]

        var latest: Content { versions[versions.count - 1].content }
    }

    enum Outcome: Equatable {
        case done
        case refused(String)
    }

    /// Image sets by the name that the test gives them.
    var imageSets: [Int: ImageSet] = [:]

    private func primaries(ofStudy study: String) -> [Int] {
        imageSets.filter { $0.value.isPrimary && $0.value.latest.study == study }.map(\.key)
    }

    private func home(ofSeries series: String) -> Int? {
        imageSets.first { $0.value.isPrimary && $0.value.latest.series == series }?.key
    }

    private func home(ofInstance sop: String) -> Int? {
        imageSets.first { $0.value.isPrimary && $0.value.latest.instances[sop] != nil }?.key
    }

    private mutating func add(_ status: String, to name: Int, _ change: (inout Content) -> Void) {
        var content = imageSets[name]!.latest
        change(&content)
        imageSets[name]!.versions.append(Version(status: status, content: content))
    }

    // MARK: Imports

    /// Imports one instance; a new image set gets the name `fresh`.
    mutating func ingest(_ arrival: Content, sop: String, fresh: Int) {
        let home = home(ofSeries: arrival.series)
        let agreesWithStudy = primaries(ofStudy: arrival.study)
            .allSatisfy { imageSets[$0]!.latest.studyElements == arrival.studyElements }
        let standing = home.map { imageSets[$0]!.latest } ?? arrival
        let agreesWithSeries = standing.seriesLevel == arrival.seriesLevel && standing.study == arrival.study
        let isAtHome = (self.home(ofInstance: sop) ?? home) == home
        guard agreesWithStudy && agreesWithSeries && isAtHome else {
            imageSets[fresh] = ImageSet(isPrimary: false, versions: [Version(status: "CREATED", content: arrival)])
            return
        }
        guard let home else {
            imageSets[fresh] = ImageSet(isPrimary: true, versions: [Version(status: "CREATED", content: arrival)])
            return
        }
        add("IMPORTED", to: home) { $0.instances[sop] = arrival.instances[sop] }
    }

    // MARK: Updates

    /// A change of the Patient or Study level.
    mutating func updateStudy(
        _ name: Int, includesStudy: Bool, _ change: (inout Content) -> Void
    ) -> Outcome {
        let set = imageSets[name]!
        guard set.isPrimary else {
            guard !includesStudy else { return .refused("invalid") }
            add("UPDATED", to: name, change)
            return .done
        }
        let all = primaries(ofStudy: set.latest.study)
        guard all.count == 1 || includesStudy else { return .refused("invalid") }
        for one in all { add("UPDATED", to: one, change) }
        return .done
    }

    /// A change of the Series level or of an instance's own attribute.
    mutating func updateSeries(_ name: Int, _ change: (inout Content) -> Void) -> Outcome {
        add("UPDATED", to: name, change)
        return .done
    }

    /// A change of an identifier, with force.
    mutating func identify(_ name: Int, _ change: (inout Content) -> Void) -> Outcome {
        guard !imageSets[name]!.isPrimary else { return .refused("invalid") }
        let before = imageSets[name]!.latest.instances.count
        var content = imageSets[name]!.latest
        change(&content)
        guard content.instances.count == before else { return .refused("invalid") }
        imageSets[name]!.versions.append(Version(status: "UPDATED", content: content))
        return .done
    }

    mutating func remove(_ sop: String, from name: Int) -> Outcome {
        guard imageSets[name]!.latest.instances.count > 1 else { return .refused("invalid") }
        add("UPDATED", to: name) { $0.instances[sop] = nil }
        return .done
    }

    mutating func revert(_ name: Int, to number: Int) -> Outcome {
        let set = imageSets[name]!
        guard number != set.versions.count else { return .refused("invalid") }
        let target = set.versions[number - 1].content
        if set.isPrimary {
            let changesStudy =
                target.patientLevel != set.latest.patientLevel || target.studyLevel != set.latest.studyLevel
            guard !changesStudy || primaries(ofStudy: set.latest.study).count == 1 else { return .refused("invalid") }
            for sop in target.instances.keys where ![nil, name].contains(home(ofInstance: sop)) {
                return .refused("conflict")
            }
        }
        imageSets[name]!.versions.append(Version(status: "UPDATED", content: target))
        return .done
    }

    // MARK: Copies

    mutating func copy(_ name: Int, only: Set<String>?, fresh: Int) -> Outcome {
        var content = imageSets[name]!.latest
        content.instances = content.instances.filter { only?.contains($0.key) ?? true }
        imageSets[fresh] = ImageSet(isPrimary: false, versions: [Version(status: "COPIED", content: content)])
        return .done
    }

    mutating func copy(_ name: Int, only: Set<String>?, into destination: Int, isForced: Bool) -> Outcome {
        guard name != destination else { return .refused("invalid") }
        let (source, target) = (imageSets[name]!, imageSets[destination]!)
        let copied = source.latest.instances.filter { only?.contains($0.key) ?? true }
        let agrees =
            source.latest.patientLevel == target.latest.patientLevel
            && source.latest.studyLevel == target.latest.studyLevel
            && source.latest.seriesLevel == target.latest.seriesLevel
        let isRepeated = copied.keys.contains { target.latest.instances[$0] != nil }
        let isPrimaryElsewhere = target.isPrimary && copied.keys.contains { home(ofInstance: $0) != nil }
        guard agrees || isForced, !isRepeated, !isPrimaryElsewhere else {
            add("COPY_FAILED", to: destination) { _ in }
            return .done
        }
        add("COPIED", to: destination) { $0.instances.merge(copied) { first, _ in first } }
        return .done
    }

    mutating func promote(_ name: Int, fresh: Int) -> Outcome {
        let source = imageSets[name]!
        guard !source.isPrimary else { return .refused("conflict") }
        var content = source.latest
        for sister in primaries(ofStudy: content.study) {
            guard imageSets[sister]!.latest.studyElements == content.studyElements else { return .refused("conflict") }
        }
        let home = home(ofSeries: content.series)
        if let home {
            let standing = imageSets[home]!.latest
            guard standing.study == content.study, standing.seriesNumber == content.seriesNumber else {
                return .refused("conflict")
            }
        }
        let isPrimaryElsewhere = content.instances.keys.contains { self.home(ofInstance: $0) != nil }
        guard !isPrimaryElsewhere else { return .refused("conflict") }
        if let home {
            var merged = imageSets[home]!.latest
            merged.instances.merge(content.instances) { first, _ in first }
            content = merged
            imageSets[home] = nil
        }
        imageSets[fresh] = ImageSet(isPrimary: true, versions: [Version(status: "COPIED", content: content)])
        return .done
    }

    mutating func delete(_ name: Int) -> Outcome {
        imageSets[name] = nil
        return .done
    }
}
