/// The value field of a data element.
public enum Value: Sendable, Equatable {
    /// The bytes as imported, padding included; numbers and words little endian whatever the file's byte order was.
    case bytes(ArraySlice<UInt8>)
    /// The items of a sequence (PS3.5 7.5).
    case items([DataSet])
    /// A value over the bulk threshold, left where it lies.
    case bulk(BulkValue)

    /// The bytes of a value that is held; nil for sequences and bulk values.
    public var bytes: ArraySlice<UInt8>? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }

    /// The items of a sequence; nil for other values.
    public var items: [DataSet]? {
        if case .items(let items) = self { items } else { nil }
    }

    /// Whether it has no bytes and no items.
    public var isEmpty: Bool {
        switch self {
        case .bytes(let bytes): bytes.isEmpty
        case .items(let items): items.isEmpty
        case .bulk: false
        }
    }

    /// Whether both are of one kind with equal bytes, items or place.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.bytes(let left), .bytes(let right)): left.elementsEqual(right)
        case (.items(let left), .items(let right)): left == right
        case (.bulk(let left), .bulk(let right)): left == right
        default: false
        }
    }
}

/// Where a value over the bulk threshold lies in the content of its file (``PartTenFile/content``).
public struct BulkValue: Sendable, Hashable {
    /// The length from which on binary values are kept apart (spec/20: over 1 MB), in bytes; itself not included.
    public static let threshold = 1 << 20

    /// The first byte.
    public var offset: Int
    /// The number of bytes.
    public var length: Int
    /// Whether its words lie there in big-endian order; the word size is that of the element's VR.
    public var isBigEndian: Bool

    /// The `length` bytes at `offset`.
    public init(offset: Int, length: Int, isBigEndian: Bool = false) {
        self.offset = offset
        self.length = length
        self.isBigEndian = isBigEndian
    }
}
