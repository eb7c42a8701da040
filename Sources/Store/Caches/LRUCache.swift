/// A map that forgets what was used longest ago once its total cost passes a limit.
///
/// Each use moves an entry to the front of a doubly linked list kept in arrays, so every operation is O(1) and nothing
/// is allocated for a hit.
struct LRUCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Node {
        var key: Key
        var value: Value
        var cost: Int
        var newer: Int
        var older: Int
    }

    private let costLimit: Int
    private(set) var cost = 0
    private var places: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1

    init(costLimit: Int) {
        self.costLimit = costLimit
    }

    /// The value of a key, which becomes the newest.
    mutating func value(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        unlink(place)
        linkAsNewest(place)
        return nodes[place].value
    }

    /// Keeps a value; one that costs more than the whole limit is not kept.
    mutating func insert(_ value: Value, for key: Key, cost entryCost: Int) {
        remove(key)
        guard entryCost <= costLimit else { return }
        let node = Node(key: key, value: value, cost: entryCost, newer: -1, older: -1)
        let place: Int
        if let reused = free.popLast() {
            nodes[reused] = node
            place = reused
        } else {
            nodes.append(node)
            place = nodes.count - 1
        }
        places[key] = place
        cost += entryCost
        linkAsNewest(place)
        while cost > costLimit {
            remove(nodes[oldest].key)
        }
    }

    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        cost -= nodes[place].cost
        free.append(place)
    }

    mutating func removeAll(where matches: (Key) -> Bool) {
        for key in places.keys.filter(matches) {
            remove(key)
        }
    }

    mutating func removeAllValues(where matches: (Value) -> Bool) {
        for (key, place) in places where matches(nodes[place].value) {
            remove(key)
        }
    }

    private mutating func unlink(_ place: Int) {
        let node = nodes[place]
        if node.newer >= 0 { nodes[node.newer].older = node.older } else { newest = node.older }
        if node.older >= 0 { nodes[node.older].newer = node.newer } else { oldest = node.newer }
    }

    private mutating func linkAsNewest(_ place: Int) {
        nodes[place].newer = -1
        nodes[place].older = newest
        if newest >= 0 { nodes[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }
}
