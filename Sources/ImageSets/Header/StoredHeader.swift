public import DICOM

/// The truth kept of an imported instance but for its pixel data: every element as it came, in its own character set.
/// Only a value of odd length, which no file may have, gets its padding byte (PS3.5 7.1.1).
///
/// Values over the bulk threshold are kept apart: their elements hold a placeholder ``BulkValue`` whose offset is the
/// index into ``bulkValues``.
public struct StoredHeader: Sendable, Equatable {
    /// What the pixel data element was, as far as the frames do not tell.
    public struct PixelElement: Sendable, Hashable {
        /// (7FE0,0010) Pixel Data, (7FE0,0008) Float Pixel Data or (7FE0,0009) Double Float Pixel Data.
        public var tag: Tag
        /// OB or OW, OF, OD.
        public var vr: VR
        /// Whether it came as a sequence of fragments (PS3.5 A.4).
        public var isEncapsulated: Bool

        /// Gathers the parts.
        public init(tag: Tag, vr: VR, isEncapsulated: Bool) {
            self.tag = tag
            self.vr = vr
            self.isEncapsulated = isEncapsulated
        }
    }

    /// The file meta information, as far as the file had it.
    public var fileMeta: DataSet
    /// The data set without pixel data.
    public var dataSet: DataSet
    /// The transfer syntax the instance came in, also where the file meta information does not name it.
    public var transferSyntaxUID: String
    /// The pixel data element; nil when there was none.
    public var pixelElement: PixelElement?
    /// The values kept apart, in data set order.
    public var bulkValues: [BulkReference]

    /// Gathers the parts; placeholders in `dataSet` have to match `bulkValues`.
    public init(
        fileMeta: DataSet, dataSet: DataSet, transferSyntaxUID: String, pixelElement: PixelElement?,
        bulkValues: [BulkReference] = []
    ) {
        self.fileMeta = fileMeta
        self.dataSet = dataSet
        self.transferSyntaxUID = transferSyntaxUID
        self.pixelElement = pixelElement
        self.bulkValues = bulkValues
    }

    /// Takes the header of a file that was read. `salt` names the stored object it is for: it makes the hashes of bulk
    /// values. Answers also where the bytes of each of ``bulkValues`` are.
    public static func taken(
        from file: PartTenFile, salt: some Sequence<UInt8>
    ) -> (header: StoredHeader, bulkSources: [BulkSource]) {
        var collector = BulkCollector(salt: Array(salt))
        let dataSet = collector.collect(file.dataSet)
        let pixelElement = file.pixelData.map { pixelData in
            var isEncapsulated = false
            if case .encapsulated = pixelData.form { isEncapsulated = true }
            return PixelElement(tag: pixelData.tag, vr: pixelData.vr, isEncapsulated: isEncapsulated)
        }
        let header = StoredHeader(
            fileMeta: file.fileMeta, dataSet: dataSet, transferSyntaxUID: file.transferSyntaxUID,
            pixelElement: pixelElement, bulkValues: collector.references)
        return (header, collector.sources)
    }
}

/// Replaces bulk values by placeholders that count.
private struct BulkCollector {
    let salt: [UInt8]
    var around: [BulkPath.Item] = []
    var references: [BulkReference] = []
    var sources: [BulkSource] = []

    mutating func collect(_ dataSet: DataSet) -> DataSet {
        guard dataSet.elements.contains(where: \.holdsBulkValue) else { return dataSet }
        var collected = dataSet
        for element in dataSet.elements {
            switch element.value {
            case .bytes(let bytes):
                guard element.isOverThreshold else { break }
                collected.set(placeholder(of: element, length: bytes.count, .bytes(bytes)))
            case .items(let items):
                var collectedItems: [DataSet] = []
                collectedItems.reserveCapacity(items.count)
                for (index, item) in items.enumerated() {
                    around.append(BulkPath.Item(sequence: element.tag, index: index))
                    collectedItems.append(collect(item))
                    around.removeLast()
                }
                collected.set(DataElement(element.tag, element.vr, .items(collectedItems)))
            case .bulk(let bulk):
                collected.set(placeholder(of: element, length: bulk.length, .content(bulk)))
            }
        }
        return collected
    }

    /// Keeps a value apart: the element that stands for it.
    private mutating func placeholder(of element: DataElement, length: Int, _ source: BulkSource) -> DataElement {
        let path = BulkPath(items: around, tag: element.tag)
        let placeholder = BulkValue(offset: references.count, length: length)
        references.append(
            BulkReference(
                path: path, vr: element.vr, length: length, hash: BulkReference.hash(of: path, salt: salt)))
        sources.append(source)
        return DataElement(element.tag, element.vr, .bulk(placeholder))
    }
}

extension DataElement {
    /// Whether it is a value that is kept apart or is to be, or holds one at any depth.
    var holdsBulkValue: Bool {
        switch value {
        case .bytes: isOverThreshold
        case .items(let items): items.contains { $0.elements.contains(where: \.holdsBulkValue) }
        case .bulk: true
        }
    }

    /// Whether a value in memory is to be kept apart: one that JSON metadata laid over a file.
    fileprivate var isOverThreshold: Bool {
        vr.isBinary && (value.bytes?.count ?? 0) > BulkValue.threshold
    }
}
