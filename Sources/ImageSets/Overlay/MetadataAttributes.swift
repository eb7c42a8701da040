import DICOM

/// The attributes of one level of image set metadata, `{"DICOM": {keyword: value}, "DICOMVRs": {tag: VR}}`, read by way of
/// the DICOM JSON model, which has the same values in other clothes.
struct MetadataAttributes {
    private let members: [JSONObject.Member]
    private let vrs: [Tag: VR]

    /// A level; one without `DICOM` has no attributes.
    init(_ level: JSONValue) throws(MetadataOverlayError) {
        guard level.object != nil, let attributes = (level["DICOM"] ?? [:]).object else {
            throw MetadataOverlayError("a level and its DICOM must be JSON objects")
        }
        members = attributes.members
        var vrs: [Tag: VR] = [:]
        for entry in (level["DICOMVRs"] ?? [:]).object?.members ?? [] {
            guard let tag = Self.tag(entry.name), let vr = entry.value.string.flatMap({ VR(code: $0) }) else {
                throw MetadataOverlayError("DICOMVRs must give a VR for each tag")
            }
            vrs[tag] = vr
        }
        self.vrs = vrs
    }

    /// The elements; a value that the document only refers to is a bulk value.
    func elements() throws(MetadataOverlayError) -> [DataElement] {
        var elements: [DataElement] = []
        for member in members {
            guard let tag = Self.tag(member.name) else {
                throw MetadataOverlayError("DICOM has a name that is no attribute")
            }
            guard !tag.isGroupLength else { continue }
            let attribute = JSONObject.Member(tag.hexadecimal, try attribute(tag, member.value, depth: 0))
            do {
                elements += try DICOMJSON.dataSet(from: .object(JSONObject(members: [attribute]))) { path, _ in
                    path.items.isEmpty ? .bulk(BulkValue(offset: 0, length: 0)) : nil
                }.elements.filter { $0.tag == tag }
            } catch {
                throw MetadataOverlayError("\(error)")
            }
        }
        return elements
    }

    /// The attribute as the DICOM JSON model has it.
    private func attribute(_ tag: Tag, _ value: JSONValue, depth: Int) throws(MetadataOverlayError) -> JSONValue {
        guard depth <= DataSet.maximumDepth else { throw MetadataOverlayError("sequences are nested too deeply") }
        let known = vrs[tag].map { [$0] } ?? DataDictionary.entry(for: tag)?.vrs ?? []
        var attribute: [JSONObject.Member] = []
        if let vr = vrs[tag] { attribute.append(.init("vr", .string(vr.code))) }
        switch value {
        case .null: break
        case .object(let object) where object["BulkDataURI"] != nil:
            attribute.append(.init("BulkDataURI", object["BulkDataURI"] ?? .null))
        case .string(let text) where known.contains(where: \.isBinary):
            if !text.isEmpty { attribute.append(.init("InlineBinary", value)) }
        case .array(let values) where known.contains(.SQ):
            var items: [JSONValue] = []
            for item in values { items.append(try self.item(item, depth: depth + 1)) }
            attribute.append(.init("Value", .array(items)))
        case .array: attribute.append(.init("Value", value))
        default: attribute.append(.init("Value", [value]))
        }
        return .object(JSONObject(members: attribute))
    }

    private func item(_ json: JSONValue, depth: Int) throws(MetadataOverlayError) -> JSONValue {
        guard let object = json.object else {
            throw MetadataOverlayError("a sequence must be a list of JSON objects")
        }
        var item: [JSONObject.Member] = []
        for member in object.members {
            guard let tag = Self.tag(member.name) else {
                throw MetadataOverlayError("a sequence has a name that is no attribute")
            }
            item.append(.init(tag.hexadecimal, try attribute(tag, member.value, depth: depth)))
        }
        return .object(JSONObject(members: item))
    }

    private static func tag(_ name: String) -> Tag? {
        DataDictionary.tag(forKeyword: name) ?? Tag(hexadecimal: name)
    }
}
