extension DICOMJSON {
    /// Appends the JSON object of `dataSet` as the next value.
    ///
    /// File meta information (group 0002), whose transfer syntax is not that of the JSON, and group lengths are left out.
    /// Text without a declared repertoire that is not all ASCII gets a Specific Character Set (0008,0005).
    public static func write(
        _ dataSet: DataSet, into writer: inout JSONWriter, bulkDataURI: BulkDataURI = { _, _ in nil }
    ) {
        var items: [BulkPath.Item] = []
        let isUndeclared = dataSet.characterSet.definedTerms.isEmpty && !isPlain(dataSet)
        object(dataSet, .ascii, isUndeclared, &items, &writer, bulkDataURI)
    }

    /// The object of a data set or item; `isUndeclared`: (0008,0005) is missing for its text or that of its items.
    private static func object(
        _ dataSet: DataSet, _ outer: CharacterSet, _ isUndeclared: Bool, _ items: inout [BulkPath.Item],
        _ writer: inout JSONWriter, _ bulkDataURI: BulkDataURI
    ) {
        let own = dataSet.characterSet
        let isDeclared = !own.definedTerms.isEmpty
        // In place of whatever was declared.
        var declarationIsDue = isDeclared || isUndeclared
        writer.beginObject()
        for element in dataSet.elements where element.tag.group != 0x0002 && !element.tag.isGroupLength {
            if declarationIsDue && element.tag >= .specificCharacterSet {
                declareUTF8(&writer)
                declarationIsDue = false
                if element.tag == .specificCharacterSet { continue }
            }
            attribute(element, isDeclared ? own : outer, &items, &writer, bulkDataURI)
        }
        if declarationIsDue { declareUTF8(&writer) }
        writer.endObject()
    }

    private static func attribute(
        _ element: DataElement, _ characterSet: CharacterSet, _ items: inout [BulkPath.Item],
        _ writer: inout JSONWriter, _ bulkDataURI: BulkDataURI
    ) {
        writer.name(element.tag.hexadecimal)
        writer.beginObject()
        defer { writer.endObject() }
        // A sequence that came as UN is one, and bytes that came as SQ are none.
        let vr: VR = element.value.items != nil ? .SQ : element.vr == .SQ && !element.value.isEmpty ? .UN : element.vr
        writer.member("vr", vr.code)
        guard !element.value.isEmpty else { return }
        if vr != .SQ, let uri = bulkDataURI(BulkPath(items: items, tag: element.tag), element) {
            return writer.member("BulkDataURI", uri)
        }
        switch element.value {
        case .bulk: break
        case .items(let dataSets):
            writer.array("Value") { writer in
                for (index, dataSet) in dataSets.enumerated() {
                    items.append(BulkPath.Item(sequence: element.tag, index: index))
                    object(dataSet, characterSet, false, &items, &writer, bulkDataURI)
                    items.removeLast()
                }
            }
        case .bytes(let bytes): writer.values(bytes, vr, characterSet)
        }
    }

    private static func declareUTF8(_ writer: inout JSONWriter) {
        writer.object(Tag.specificCharacterSet.hexadecimal) { writer in
            writer.member("vr", VR.CS.code)
            writer.array("Value") { $0.string("ISO_IR 192") }
        }
    }

    /// Whether all text, that of items too, is plain ASCII.
    private static func isPlain(_ dataSet: DataSet) -> Bool {
        dataSet.elements.allSatisfy { element in
            switch element.value {
            case .bytes(let bytes): !element.vr.isText || bytes.allSatisfy { $0 < 0x80 && $0 != 0x1B }
            case .items(let dataSets): dataSets.allSatisfy(isPlain)
            case .bulk: true
            }
        }
    }
}
