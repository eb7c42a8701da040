extension DataSet {
    /// Whether a value of the data set or of its items is bulk.
    public var holdsBulkValues: Bool {
        elements.contains { element in
            switch element.value {
            case .bulk: true
            case .items(let items): items.contains(where: \.holdsBulkValues)
            case .bytes: false
            }
        }
    }

    /// The same with the bytes that `bytes` gives for a value and its VR, little endian, in place of bulk values, in
    /// items too.
    public func replacingBulkValues(_ bytes: (BulkValue, VR) throws -> ArraySlice<UInt8>) rethrows -> DataSet {
        guard holdsBulkValues else { return self }
        return DataSet(
            try elements.map { element in
                switch element.value {
                case .bulk(let bulk): DataElement(element.tag, element.vr, .bytes(try bytes(bulk, element.vr)))
                case .items(let items):
                    DataElement(element.tag, .SQ, .items(try items.map { try $0.replacingBulkValues(bytes) }))
                case .bytes: element
                }
            })
    }

    /// The elements below `tag`, and the others.
    public func split(before tag: Tag) -> (DataSet, DataSet) {
        (DataSet(elements.filter { $0.tag < tag }), DataSet(elements.filter { $0.tag >= tag }))
    }
}
