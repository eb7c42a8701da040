import Blobs
import ImageSets

extension InMemoryTransaction {
    func imageSets(notAccessedSince instant: Timestamp, limit: Int) -> [ImageSetID] {
        let idle = state.imageSets.values.map(\.record).filter { record in
            record.state == .active && record.storageTier == .frequentAccess && record.touchedAt <= instant
        }
        return idle.sorted { ($0.touchedAt, $0.id) < ($1.touchedAt, $1.id) }.prefix(max(limit, 0)).map(\.id)
    }

    func storedObjects(of imageSet: ImageSetID) -> [StoredObjectID] {
        let instances = state.instances.values.filter { $0.imageSet == imageSet }.sorted { left, right in
            let (first, second) = (left.attributes, right.attributes)
            let (leftNumber, rightNumber) = (first.instanceNumber ?? .max, second.instanceNumber ?? .max)
            guard leftNumber == rightNumber else { return leftNumber < rightNumber }
            guard first.sopInstanceUID == second.sopInstanceUID else {
                return first.sopInstanceUID.precedes(second.sopInstanceUID)
            }
            return left.id.rawValue < right.id.rawValue
        }
        var seen: Set<StoredObjectID> = []
        return instances.map(\.object).filter { seen.insert($0).inserted }
    }

    func imageSets(of object: StoredObjectID) -> [ImageSetRecord] {
        let ids = Set(state.instances.values.filter { $0.object == object }.map(\.imageSet))
        return ids.sorted().compactMap { state.imageSets[$0]?.record }
    }

    func misplacedObjects(_ range: Range<Int64>) -> [StoredObjectID] {
        state.objects.keys.filter { object in
            guard range.contains(object.rawValue), let row = state.objects[object] else { return false }
            let tiers = imageSets(of: object).map(\.storageTier)
            guard !tiers.isEmpty else { return false }
            return (row.record.header.pack.tier == .archive) == tiers.contains(.frequentAccess)
        }.sorted { $0.rawValue < $1.rawValue }
    }

    func greatestStoredObject() -> StoredObjectID {
        StoredObjectID(rawValue: state.objects.keys.map(\.rawValue).max() ?? 0)
    }
}
