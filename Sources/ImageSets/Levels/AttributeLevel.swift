public import DICOM

/// Where in an image set an attribute is kept: once for the patient, the study or the series, or with every instance.
public enum AttributeLevel: UInt8, CaseIterable, Sendable {
    case patient, study, series, instance

    /// The level `tag` belongs to. Attributes of no Patient, Study or Series module, private ones and those inside
    /// sequences' items belong to the instance.
    public init(_ tag: Tag) {
        let tags = AttributeLevel.sorted.tags
        var low = 0
        var high = tags.count
        while low < high {
            let middle = (low + high) / 2
            if tags[middle] < tag.rawValue { low = middle + 1 } else { high = middle }
        }
        self = low < tags.count && tags[low] == tag.rawValue ? AttributeLevel.sorted.levels[low] : .instance
    }

    /// The level that keeps an element of an instance: that of its tag, unless it holds a value that is kept apart, at
    /// whatever depth. Such a value is its instance's, and so is what it stands in.
    public init(keeping element: DataElement) {
        let level = AttributeLevel(element.tag)
        self = level != .instance && element.holdsBulkValue ? .instance : level
    }

    /// The levels that an image set keeps once.
    public static let shared: [AttributeLevel] = [.patient, .study, .series]

    /// All normalised tags, ascending, with the level of each at the same index.
    private static let sorted: (tags: [UInt32], levels: [AttributeLevel]) = {
        let pairs = normalizedTags.flatMap { level, tags in tags.map { (tag: $0, level: level) } }
            .sorted { $0.tag < $1.tag }
        return (pairs.map(\.tag), pairs.map(\.level))
    }()
}
