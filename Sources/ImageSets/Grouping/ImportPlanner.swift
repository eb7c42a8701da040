/// Decides which image set each instance of a batch (an import job or a STOW request) belongs to.
///
/// Hand over what the catalog holds, then the arrivals in the order that decides: byte order of the input file's key, or
/// part order. An arrival that agrees with the primary image sets of its study joins its series' primary set, or founds
/// it. It conflicts with them when
/// - its Study Date, Accession Number, Patient ID or Study ID differs from that of a primary set of its Study Instance
///   UID;
/// - its Series Number differs from that of the primary set of its Series Instance UID;
/// - its Series Instance UID is primary in another study;
/// - its SOP Instance UID is primary in another image set than the one it would join.
///
/// Conflicting arrivals gather in new non-primary sets, one for each group of equal keys. Primary sets that the batch
/// founds count for later arrivals as if they had always stood; non-primary ones never count.
public struct ImportPlanner: Sendable {
    /// A primary image set of the catalog.
    public struct PrimaryImageSet: Sendable, Hashable {
        /// Its id.
        public var id: ImageSetID
        /// Its seven elements, from the latest version.
        public var key: GroupingKey
        /// Whether a change is in progress.
        public var isLocked: Bool

        /// Gathers the parts.
        public init(id: ImageSetID, key: GroupingKey, isLocked: Bool = false) {
            self.id = id
            self.key = key
            self.isLocked = isLocked
        }
    }

    /// An instance on its way in.
    public struct Arrival: Sendable, Hashable {
        /// Its seven elements.
        public var key: GroupingKey
        /// Its SOP Instance UID, without padding.
        public var sopInstanceUID: String

        /// Gathers the parts.
        public init(key: GroupingKey, sopInstanceUID: String) {
            self.key = key
            self.sopInstanceUID = sopInstanceUID
        }
    }

    /// The elements that all primary sets of a study share.
    private struct StudyElements: Hashable {
        var studyDate, accessionNumber, patientID, studyID: String

        init(_ key: GroupingKey) {
            studyDate = key.studyDate
            accessionNumber = key.accessionNumber
            patientID = key.patientID
            studyID = key.studyID
        }
    }

    /// The primary set of a series.
    private struct SeriesHome {
        var destination: ImportPlan.Destination
        var studyInstanceUID: String
        var seriesNumber: String
    }

    /// What came for one destination, in order, and which arrival of each SOP Instance UID was the last.
    private struct Gathering {
        var destination: ImportPlan.Destination
        var arrivals: [(index: Int, sopInstanceUID: String)] = []
        var last: [String: Int] = [:]
        var replacedInstances: Set<String> = []
    }

    private var arrivalCount = 0
    private var gatherings: [Gathering] = []
    private var gatheringIndexes: [ImportPlan.Destination: Int] = [:]
    private var lockedInTheWay: Set<ImageSetID> = []

    private var studies: [String: Set<StudyElements>] = [:]
    private var series: [String: SeriesHome] = [:]
    private var instances: [String: ImportPlan.Destination]
    private let catalogHomes: [String: ImageSetID]
    private let lockedByStudy: [String: [ImageSetID]]
    private let lockedImageSets: Set<ImageSetID>

    /// Begins a plan on what the catalog holds.
    ///
    /// `primaryImageSets` are all primary sets of the studies the batch touches, and those in which a Series or SOP
    /// Instance UID of the batch is primary already. `instanceHomes` gives the primary set of every SOP Instance UID of
    /// the batch that has one.
    public init(primaryImageSets: [PrimaryImageSet], instanceHomes: [String: ImageSetID]) {
        for imageSet in primaryImageSets {
            let key = imageSet.key
            studies[key.studyInstanceUID, default: []].insert(StudyElements(key))
            series[key.seriesInstanceUID] = SeriesHome(
                destination: .existingPrimary(imageSet.id), studyInstanceUID: key.studyInstanceUID,
                seriesNumber: key.seriesNumber)
        }
        catalogHomes = instanceHomes
        instances = instanceHomes.mapValues { .existingPrimary($0) }
        let locked = primaryImageSets.filter(\.isLocked)
        lockedImageSets = Set(locked.map(\.id))
        lockedByStudy = Dictionary(grouping: locked, by: \.key.studyInstanceUID).mapValues { $0.map(\.id) }
    }

    /// Plans a whole batch.
    public static func plan(
        _ arrivals: [Arrival], primaryImageSets: [PrimaryImageSet], instanceHomes: [String: ImageSetID]
    ) -> ImportPlan {
        var planner = ImportPlanner(primaryImageSets: primaryImageSets, instanceHomes: instanceHomes)
        for arrival in arrivals { planner.place(arrival) }
        return planner.finish()
    }

    /// Decides about the next arrival.
    public mutating func place(_ arrival: Arrival) {
        noteLocks(arrival)
        let destination = destination(of: arrival)
        let index = gatheringIndex(destination)
        gatherings[index].arrivals.append((arrivalCount, arrival.sopInstanceUID))
        gatherings[index].last[arrival.sopInstanceUID] = arrivalCount
        arrivalCount += 1

        switch destination {
        case .newPrimary: found(arrival, destination)
        case .existingPrimary(let id):
            if catalogHomes[arrival.sopInstanceUID] == id {
                gatherings[index].replacedInstances.insert(arrival.sopInstanceUID)
            }
            found(arrival, destination)
        case .newNonPrimary: break
        }
    }

    /// The plan for all arrivals placed so far.
    public func finish() -> ImportPlan {
        let targets = gatherings.map { gathering in
            var target = ImportPlan.Target(
                destination: gathering.destination, replacedInstances: gathering.replacedInstances)
            for (index, sopInstanceUID) in gathering.arrivals {
                let last = gathering.last[sopInstanceUID] ?? index
                if last == index {
                    target.arrivals.append(index)
                } else {
                    target.superseded.append(ImportPlan.Superseded(arrival: index, successor: last))
                }
            }
            return target
        }
        return ImportPlan(targets: targets, lockedImageSets: lockedInTheWay)
    }

    private func destination(of arrival: Arrival) -> ImportPlan.Destination {
        let key = arrival.key
        let home = series[key.seriesInstanceUID]
        let destination = home?.destination ?? .newPrimary(key)
        let agreesWithStudy = studies[key.studyInstanceUID, default: []].allSatisfy { $0 == StudyElements(key) }
        let agreesWithSeries =
            home.map { $0.studyInstanceUID == key.studyInstanceUID && $0.seriesNumber == key.seriesNumber } ?? true
        let isAtHome = instances[arrival.sopInstanceUID].map { $0 == destination } ?? true
        return agreesWithStudy && agreesWithSeries && isAtHome ? destination : .newNonPrimary(key)
    }

    /// Makes an arrival that is or joins a primary set count for later ones.
    private mutating func found(_ arrival: Arrival, _ destination: ImportPlan.Destination) {
        let key = arrival.key
        instances[arrival.sopInstanceUID] = destination
        guard series[key.seriesInstanceUID] == nil else { return }
        studies[key.studyInstanceUID, default: []].insert(StudyElements(key))
        series[key.seriesInstanceUID] = SeriesHome(
            destination: destination, studyInstanceUID: key.studyInstanceUID, seriesNumber: key.seriesNumber)
    }

    private mutating func gatheringIndex(_ destination: ImportPlan.Destination) -> Int {
        if let index = gatheringIndexes[destination] { return index }
        let index = gatherings.count
        gatheringIndexes[destination] = index
        gatherings.append(Gathering(destination: destination))
        return index
    }

    private mutating func noteLocks(_ arrival: Arrival) {
        guard !lockedImageSets.isEmpty else { return }
        lockedInTheWay.formUnion(lockedByStudy[arrival.key.studyInstanceUID] ?? [])
        let homes = [series[arrival.key.seriesInstanceUID]?.destination, instances[arrival.sopInstanceUID]]
        for case .existingPrimary(let id)? in homes where lockedImageSets.contains(id) {
            lockedInTheWay.insert(id)
        }
    }
}
