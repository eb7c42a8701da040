public import DICOM

/// Extended Offset Table (7FE0,0001) and Extended Offset Table Lengths (7FE0,0002) (PS3.3 C.7.6.3.1.8): where the
/// frames of encapsulated pixel data begin, in 64 bits, and how long each is without its padding.
public struct ExtendedOffsetTable: Sendable, Equatable {
    /// The first byte of every frame's item, counted from the first item after the basic offset table.
    public var offsets: [UInt64]
    /// The bytes of every frame; empty when absent.
    public var lengths: [UInt64]

    /// A table of `offsets` and `lengths`.
    public init(offsets: [UInt64], lengths: [UInt64]) {
        self.offsets = offsets
        self.lengths = lengths
    }

    /// The table of `dataSet`; nil when it has none. `content` is what bulk values of the data set refer to.
    ///
    /// A table over `maximumCount` entries, which is at most the number of fragments, is not read: its offsets come
    /// back empty, as no table of the pixel data can be.
    public init?(_ dataSet: DataSet, content: any RandomAccessBytes, maximumCount: Int) {
        guard let offsets = dataSet[.extendedOffsetTable], !offsets.value.isEmpty else { return nil }
        self.offsets = Self.numbers(offsets, content: content, maximumCount: maximumCount)
        lengths =
            dataSet[.extendedOffsetTableLengths]
            .map { Self.numbers($0, content: content, maximumCount: maximumCount) } ?? []
    }

    private static func numbers(
        _ element: DataElement, content: any RandomAccessBytes, maximumCount: Int
    ) -> [UInt64] {
        let bytes: ArraySlice<UInt8>
        switch element.value {
        case .bytes(let held) where held.count / 8 <= maximumCount: bytes = held
        case .bulk(let bulk) where bulk.length / 8 <= maximumCount:
            guard let read = try? content.read(at: bulk.offset, count: bulk.length) else { return [] }
            bytes = read
        default: return []
        }
        return bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / 8).map {
                UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
            }
        }
    }
}
