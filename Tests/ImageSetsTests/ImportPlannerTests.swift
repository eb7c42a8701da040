import ImageSets
import TestSupport
import Testing

@Suite struct ImportPlannerTests {
    private typealias Standing = ImportPlanner.PrimaryImageSet
    private typealias Arrival = ImportPlanner.Arrival

    private let one = ImageSetID(1)
    private let two = ImageSetID(2)

    private func plan(
        _ arrivals: [(GroupingKey, String)], _ standing: [Standing] = [], homes: [String: ImageSetID] = [:]
    ) -> ImportPlan {
        ImportPlanner.plan(
            arrivals.map { Arrival(key: $0.0, sopInstanceUID: $0.1) }, primaryImageSets: standing, instanceHomes: homes)
    }

    @Test func theFirstArrivalOfASeriesMakesANewPrimarySetAndLaterOnesJoinIt() {
        let plan = plan([(.of(), "1"), (.of(), "2"), (.of(series: "9", number: "2"), "3")])
        #expect(plan.targets.map(\.destination) == [.newPrimary(.of()), .newPrimary(.of(series: "9", number: "2"))])
        #expect(plan.targets.map(\.arrivals) == [[0, 1], [2]])
    }

    @Test func laterInstancesThatDoNotConflictAreMergedIntoThePrimarySet() {
        let plan = plan([(.of(), "2")], [Standing(id: one, key: .of())], homes: ["1": one])
        #expect(plan.targets.map(\.destination) == [.existingPrimary(one)])
        #expect(plan.targets[0].replacedInstances.isEmpty)
    }

    @Test func theSameSOPInstanceUIDAgainReplacesTheOldCopy() {
        let plan = plan([(.of(), "1")], [Standing(id: one, key: .of())], homes: ["1": one])
        #expect(plan.targets[0].replacedInstances == ["1"])
    }

    @Test(arguments: [
        GroupingKey.of(date: "20200102"), .of(accession: "B"), .of(patient: ""), .of(studyID: "T"), .of(number: "2"),
        .of(date: "20200102", series: "9"), .of(patient: "Q", series: "9"),
    ])
    func aDifferentValueMakesANonPrimarySet(key: GroupingKey) {
        let plan = plan([(key, "7")], [Standing(id: one, key: .of())])
        #expect(plan.targets.map(\.destination) == [.newNonPrimary(key)])
    }

    @Test func seriesNumberIsComparedWithItsSeriesOnly() {
        let key = GroupingKey.of(series: "9", number: "5")
        #expect(plan([(key, "7")], [Standing(id: one, key: .of())]).targets[0].destination == .newPrimary(key))
    }

    @Test func aSeriesThatIsPrimaryInAnotherStudyConflicts() {
        let key = GroupingKey.of(study: "5")
        #expect(plan([(key, "7")], [Standing(id: one, key: .of())]).targets[0].destination == .newNonPrimary(key))
    }

    @Test func anInstanceThatIsPrimaryElsewhereConflicts() {
        let key = GroupingKey.of(series: "9")
        let plan = plan([(key, "1"), (key, "2")], [Standing(id: one, key: .of())], homes: ["1": one])
        #expect(plan.targets.map(\.destination) == [.newNonPrimary(key), .newPrimary(key)])
        #expect(plan.targets.map(\.arrivals) == [[0], [1]])
    }

    @Test func anEarlierArrivalOfTheBatchDecidesForLaterOnes() {
        let first = GroupingKey.of()
        let other = GroupingKey.of(patient: "Q")
        #expect(
            plan([(first, "1"), (other, "2")]).targets.map(\.destination) == [
                .newPrimary(first), .newNonPrimary(other),
            ])
        #expect(
            plan([(other, "2"), (first, "1")]).targets.map(\.destination) == [
                .newPrimary(other), .newNonPrimary(first),
            ])
    }

    @Test func conflictingInstancesFormOneSetForEachGroupOfSeven() {
        let a = GroupingKey.of(patient: "Q")
        let b = GroupingKey.of(patient: "R")
        let plan = plan([(a, "1"), (b, "2"), (a, "3")], [Standing(id: one, key: .of())])
        #expect(plan.targets.map(\.destination) == [.newNonPrimary(a), .newNonPrimary(b)])
        #expect(plan.targets.map(\.arrivals) == [[0, 2], [1]])
    }

    @Test func theLaterOfTwoEqualSOPInstanceUIDsStays() {
        let plan = plan([(.of(), "1"), (.of(), "2"), (.of(), "1"), (.of(), "1")])
        #expect(plan.targets[0].arrivals == [1, 3])
        #expect(plan.targets[0].superseded == [.init(arrival: 0, successor: 3), .init(arrival: 2, successor: 3)])
    }

    @Test func equalSOPInstanceUIDsInDifferentSetsDoNotSupersedeOneAnother() {
        let other = GroupingKey.of(series: "9", number: "2")
        let plan = plan([(.of(), "1"), (other, "1")])
        #expect(plan.targets.map(\.destination) == [.newPrimary(.of()), .newNonPrimary(other)])
        #expect(plan.targets.flatMap(\.superseded).isEmpty)
    }

    @Test func lockedSetsThatBearOnTheDecisionAreNamedAndOthersAreNot() {
        let standing = [
            Standing(id: one, key: .of(), isLocked: true),
            Standing(id: two, key: .of(study: "8", series: "8"), isLocked: true),
        ]
        #expect(plan([(.of(), "1")], standing).lockedImageSets == [one])
        #expect(plan([(.of(series: "5"), "1")], standing).lockedImageSets == [one])
        #expect(plan([(.of(study: "8", series: "1.2.3.4"), "1")], standing).lockedImageSets == [one, two])
        #expect(plan([(.of(study: "7", series: "7"), "1")], standing, homes: ["1": two]).lockedImageSets == [two])
        #expect(plan([(.of(study: "7", series: "7"), "1")], standing).lockedImageSets.isEmpty)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func thePlanIsThatOfTheNaiveModel(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func key() -> GroupingKey {
            .of(
                patient: ["P", "P", "P", "Q"].randomElement(using: &generator) ?? "",
                study: ["1", "1", "2"].randomElement(using: &generator) ?? "",
                series: ["10", "11", "12", "13"].randomElement(using: &generator) ?? "",
                number: ["1", "1", "1", "2"].randomElement(using: &generator) ?? "")
        }
        // What stands was itself planned, so that it is a possible state; sets become catalog rows with ids.
        func arrivals(_ count: Int) -> [Arrival] {
            (0..<count).map { _ in
                Arrival(key: key(), sopInstanceUID: String(Int.random(in: 0..<12, using: &generator)))
            }
        }
        var model = NaiveModel()
        for _ in 0..<3 {
            let batch = arrivals(Int.random(in: 1...15, using: &generator))
            let plan = ImportPlanner.plan(
                batch, primaryImageSets: model.standing, instanceHomes: model.instanceHomes)
            let expected = model.place(batch)
            #expect(NaiveModel.flattened(plan, batch, model.destinationIDs) == expected)
        }
    }
}

/// The rules as one would read them aloud: a list of sets, searched from end to end for every arrival.
private struct NaiveModel {
    struct Placed: Equatable {
        var imageSet: Int
        var isPrimary: Bool
        var isStored: Bool
        var replaces: Bool
    }

    struct ImageSet {
        var key: GroupingKey
        var isPrimary: Bool
        var sopInstanceUIDs: Set<String> = []
    }

    var sets: [ImageSet] = []
    private var countBefore = 0

    var standing: [ImportPlanner.PrimaryImageSet] {
        sets.indices.filter { sets[$0].isPrimary }
            .map { ImportPlanner.PrimaryImageSet(id: ImageSetID(UInt128($0)), key: sets[$0].key) }
    }

    var instanceHomes: [String: ImageSetID] {
        var homes: [String: ImageSetID] = [:]
        for (index, set) in sets.enumerated() where set.isPrimary {
            for uid in set.sopInstanceUIDs { homes[uid] = ImageSetID(UInt128(index)) }
        }
        return homes
    }

    /// The ids that sets founded by the last batch got.
    var destinationIDs: [ImportPlan.Destination: Int] {
        var ids: [ImportPlan.Destination: Int] = [:]
        for index in sets.indices {
            if index < countBefore {
                ids[.existingPrimary(ImageSetID(UInt128(index)))] = index
            } else {
                ids[sets[index].isPrimary ? .newPrimary(sets[index].key) : .newNonPrimary(sets[index].key)] = index
            }
        }
        return ids
    }

    mutating func place(_ batch: [ImportPlanner.Arrival]) -> [Placed] {
        countBefore = sets.count
        let before = sets
        var placed: [Placed] = []
        for arrival in batch {
            let key = arrival.key
            let primaries = sets.indices.filter { sets[$0].isPrimary }
            let study = primaries.filter { sets[$0].key.studyInstanceUID == key.studyInstanceUID }
            let series = primaries.first { sets[$0].key.seriesInstanceUID == key.seriesInstanceUID }
            let home = primaries.first { sets[$0].sopInstanceUIDs.contains(arrival.sopInstanceUID) }
            var conflicts = study.contains { index in
                let other = sets[index].key
                return other.studyDate != key.studyDate || other.accessionNumber != key.accessionNumber
                    || other.patientID != key.patientID || other.studyID != key.studyID
            }
            if let series {
                conflicts = conflicts || !study.contains(series) || sets[series].key.seriesNumber != key.seriesNumber
            }
            if let home { conflicts = conflicts || home != series }

            let target: Int
            if conflicts {
                let old = sets.indices.first { $0 >= countBefore && !sets[$0].isPrimary && sets[$0].key == key }
                target = old ?? sets.count
            } else {
                target = series ?? sets.count
            }
            if target == sets.count { sets.append(ImageSet(key: key, isPrimary: !conflicts)) }
            sets[target].sopInstanceUIDs.insert(arrival.sopInstanceUID)
            placed.append(Placed(imageSet: target, isPrimary: !conflicts, isStored: true, replaces: false))
        }
        for index in placed.indices {
            let uid = batch[index].sopInstanceUID
            placed[index].isStored = !placed[(index + 1)...].indices.contains {
                placed[$0].imageSet == placed[index].imageSet && batch[$0].sopInstanceUID == uid
            }
            let target = placed[index].imageSet
            placed[index].replaces = target < countBefore && before[target].sopInstanceUIDs.contains(uid)
        }
        return placed
    }

    /// A plan in the model's terms, by arrival.
    static func flattened(
        _ plan: ImportPlan, _ batch: [ImportPlanner.Arrival], _ ids: [ImportPlan.Destination: Int]
    ) -> [Placed?] {
        var placed = [Placed?](repeating: nil, count: batch.count)
        for target in plan.targets {
            var isPrimary = true
            if case .newNonPrimary = target.destination { isPrimary = false }
            let stored = target.arrivals.map { ($0, true) }
            for (index, isStored) in stored + target.superseded.map({ ($0.arrival, false) }) {
                placed[index] = Placed(
                    imageSet: ids[target.destination] ?? -1, isPrimary: isPrimary, isStored: isStored,
                    replaces: target.replacedInstances.contains(batch[index].sopInstanceUID))
            }
        }
        return placed
    }
}
