extension DICOMJSON {
    /// The data set of a JSON object; its text is in UTF-8. As ``decode(_:limits:bulkData:)`` after parsing.
    public static func dataSet(
        from json: JSONValue, bulkData: BulkDataValue = { _, _ in nil }
    ) throws(DICOMJSONError) -> DataSet {
        var reader = DICOMJSONReader()
        var dataSet = try reader.dataSet(json, bulkData)
        if reader.hasExtendedText && dataSet[.specificCharacterSet]?.value.isEmpty != false {
            dataSet.set(DICOMJSONReader.utf8Declaration)
        }
        return dataSet
    }
}

/// Turns the JSON objects of one data set and its items into elements.
struct DICOMJSONReader {
    static let utf8Declaration = DataElement(.specificCharacterSet, .CS, "ISO_IR 192")

    /// Whether there was text beyond ASCII.
    private(set) var hasExtendedText = false
    /// The items around what is being read.
    private var items: [BulkPath.Item] = []

    mutating func dataSet(_ json: JSONValue, _ bulkData: DICOMJSON.BulkDataValue) throws(DICOMJSONError) -> DataSet {
        guard let object = json.object else { throw DICOMJSONError(.notAnObject, at: enclosingSequence) }
        var elements: [DataElement] = []
        elements.reserveCapacity(object.members.count)
        for member in object.members {
            guard let tag = Tag(hexadecimal: member.name) else {
                throw DICOMJSONError(.invalidTag, at: enclosingSequence)
            }
            guard !tag.isGroupLength else { continue }
            let element = try element(tag, member.value, bulkData)
            // Whatever was declared for the text, it is in UTF-8 now.
            let declares = tag == .specificCharacterSet && !element.value.isEmpty
            elements.append(declares ? Self.utf8Declaration : element)
        }
        return DataSet(elements)
    }

    private mutating func element(
        _ tag: Tag, _ json: JSONValue, _ bulkData: DICOMJSON.BulkDataValue
    ) throws(DICOMJSONError) -> DataElement {
        let path = BulkPath(items: items, tag: tag)
        guard let object = json.object else { throw DICOMJSONError(.notAnObject, at: path) }
        let vrs = try possibleVRs(tag, object, path)
        switch (object["Value"], object["InlineBinary"], object["BulkDataURI"]) {
        case (nil, nil, nil): return DataElement(tag, vrs[0], vrs[0] == .SQ ? .items([]) : .bytes([]))
        case (let value?, nil, nil):
            guard let values = value == .null ? [] : value.array else { throw DICOMJSONError(.invalidValue, at: path) }
            if vrs.contains(.SQ) { return DataElement(tag, items: try sequence(tag, values, bulkData)) }
            for vr in vrs {
                guard let bytes = JSONValueEncoder.bytes(values, vr) else { continue }
                hasExtendedText = hasExtendedText || vr.isText && bytes.contains { $0 >= 0x80 }
                return DataElement(tag, vr, .bytes(bytes[...]))
            }
            throw DICOMJSONError(.invalidValue, at: path)
        case (nil, let inline?, nil):
            // Editions of PS3.18 before 2020 print the string in an array.
            guard let vr = vrs.first(where: { !$0.isText && $0 != .SQ }),
                let text = inline.string ?? inline.array.flatMap({ $0.count == 1 ? $0[0].string : nil }),
                let bytes = Base64.decode(text)
            else { throw DICOMJSONError(.invalidValue, at: path) }
            return DataElement(tag, vr, .bytes((bytes.count.isMultiple(of: 2) ? bytes : bytes + [0])[...]))
        case (nil, nil, let uri?):
            guard let uri = uri.string, vrs[0] != .SQ else { throw DICOMJSONError(.invalidValue, at: path) }
            guard let value = bulkData(path, uri) else { throw DICOMJSONError(.missingBulkData, at: path) }
            return DataElement(tag, vrs.first(where: \.isBinary) ?? vrs[0], value)
        default: throw DICOMJSONError(.ambiguousValue, at: path)
        }
    }

    private mutating func sequence(
        _ tag: Tag, _ values: [JSONValue], _ bulkData: DICOMJSON.BulkDataValue
    ) throws(DICOMJSONError) -> [DataSet] {
        // What is read can be written and read again: no form of a data set goes deeper.
        guard items.count < DataSet.maximumDepth else {
            throw DICOMJSONError(.tooDeep, at: BulkPath(items: items, tag: tag))
        }
        var dataSets: [DataSet] = []
        for (index, value) in values.enumerated() {
            items.append(BulkPath.Item(sequence: tag, index: index))
            defer { items.removeLast() }
            dataSets.append(value == .null ? DataSet() : try dataSet(value, bulkData))
        }
        return dataSets
    }

    /// The VR that is given, else those that PS3.6 has for the tag; never empty.
    private func possibleVRs(_ tag: Tag, _ object: JSONObject, _ path: BulkPath) throws(DICOMJSONError) -> [VR] {
        if let given = object["vr"] {
            guard let vr = given.string.flatMap(VR.init(code:)) else { throw DICOMJSONError(.invalidVR, at: path) }
            return [vr]
        }
        if tag.isPrivateCreator { return [.LO] }
        guard let entry = DataDictionary.entry(for: tag) else { throw DICOMJSONError(.missingVR, at: path) }
        return entry.vrs
    }

    /// The sequence around what is being read; nil at the top.
    private var enclosingSequence: BulkPath? {
        items.last.map { BulkPath(items: items.dropLast(), tag: $0.sequence) }
    }
}
