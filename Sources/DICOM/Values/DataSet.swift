/// A set of data elements: what PS3.5 section 7 encodes; also one item of a sequence.
///
/// Elements are sorted by tag and each tag is there at most once. Lookup is a binary search.
public struct DataSet: Sendable, Equatable {
    // INVARIANT: strictly ascending by tag.
    /// All elements, ascending by tag.
    public private(set) var elements: [DataElement]

    /// Sequences within sequences: what reads a data set takes no more (spec/20), so nothing may make one that has.
    public static let maximumDepth = 64

    /// An empty data set.
    public init() {
        elements = []
    }

    /// A data set of `elements` in any order; of two with the same tag the later stays.
    public init(_ elements: [DataElement]) {
        self.elements = elements
        guard !DataSet.isStrictlyAscending(elements) else { return }
        self.elements = DataSet.sortedUnique(elements)
    }

    /// Whether there are no elements.
    public var isEmpty: Bool {
        elements.isEmpty
    }

    /// The number of elements, not counting those in items.
    public var count: Int {
        elements.count
    }

    /// The element `tag`; setting nil removes it.
    public subscript(_ tag: Tag) -> DataElement? {
        get {
            let index = insertionIndex(tag)
            return index < elements.count && elements[index].tag == tag ? elements[index] : nil
        }
        set {
            let index = insertionIndex(tag)
            let isPresent = index < elements.count && elements[index].tag == tag
            switch (newValue, isPresent) {
            case (let element?, true):
                precondition(element.tag == tag, "an element is stored under its own tag")
                elements[index] = element
            case (let element?, false):
                precondition(element.tag == tag, "an element is stored under its own tag")
                elements.insert(element, at: index)
            case (nil, true): elements.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Adds `element`, replacing one of the same tag.
    public mutating func set(_ element: DataElement) {
        self[element.tag] = element
    }

    /// Removes the element `tag` if it is there.
    public mutating func remove(_ tag: Tag) {
        self[tag] = nil
    }

    /// Removes all elements for which `isRemoved` holds.
    public mutating func removeAll(where isRemoved: (DataElement) throws -> Bool) rethrows {
        try elements.removeAll(where: isRemoved)
    }

    /// Whether an element `tag` is there, empty or not.
    public func contains(_ tag: Tag) -> Bool {
        self[tag] != nil
    }

    /// The index of the first element that is not below `tag`.
    private func insertionIndex(_ tag: Tag) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func isStrictlyAscending(_ elements: [DataElement]) -> Bool {
        for index in elements.indices.dropFirst() where elements[index].tag <= elements[index - 1].tag {
            return false
        }
        return true
    }

    private static func sortedUnique(_ elements: [DataElement]) -> [DataElement] {
        // Swift's sort is stable in fact but not by promise, so the place breaks ties: the later of two must come last.
        let order = elements.indices.sorted { (elements[$0].tag, $0) < (elements[$1].tag, $1) }
        var unique: [DataElement] = []
        unique.reserveCapacity(elements.count)
        for index in order {
            if let last = unique.last, last.tag == elements[index].tag { unique.removeLast() }
            unique.append(elements[index])
        }
        return unique
    }
}
