import DICOM

/// Makes elements of values written as the metadata document writes them.
struct AttributeEncoder {
    let rules: AttributeRules
    /// The VRs that the document gives for attributes by tag.
    let vrs: [Tag: VR]
    /// The VR of an attribute that the instance has already.
    var standingVR: (Tag) -> VR? = { _ in nil }

    /// Sequences within each other; readers of stored data sets go no deeper than 64.
    private static let depthMax = 32

    /// The element `tag` with a value, its text in UTF-8.
    func element(_ tag: Tag, _ value: JSONValue) throws(ChangeRefusal) -> DataElement {
        let vrs = try possibleVRs(tag)
        if vrs.contains(.SQ) { return DataElement(tag, items: try items(value, of: tag, depth: 1)) }
        let values = Self.values(value)
        guard let element = Self.encode(values, tag, vrs) else {
            throw ChangeRefusal("The value of \(tag.name) cannot be written as \(Self.codes(vrs))")
        }
        try checkLimits(element)
        let fits = ValueFit(tag: tag, vr: element.vr, values: values).holds
        guard fits || rules.isForced && !rules.isPrimary else {
            throw ChangeRefusal(
                "The value of \(tag.name) does not fit \(Self.codes(vrs)) and its value multiplicity"
                    + (rules.isPrimary ? "" : "; force would take it"))
        }
        return element
    }

    private func possibleVRs(_ tag: Tag) throws(ChangeRefusal) -> [VR] {
        let known = DataDictionary.entry(for: tag)?.vrs ?? (tag.isPrivateCreator ? [.LO] : nil)
        if let given = vrs[tag] {
            guard known?.contains(given) ?? true else {
                throw ChangeRefusal("DICOMVRs gives \(tag.name) a VR that it does not have")
            }
            return [given]
        }
        if let known { return known }
        if let standing = standingVR(tag) { return [standing] }
        throw ChangeRefusal("DICOMVRs must give the VR of \(tag.name), which the instance does not have yet")
    }

    private static func codes(_ vrs: [VR]) -> String {
        vrs.map(\.code).joined(separator: " or ")
    }

    /// One value, several, or none: null and an empty list.
    private static func values(_ value: JSONValue) -> [JSONValue] {
        switch value {
        case .null: []
        case .array(let values): values
        default: [value]
        }
    }

    /// The element in the first of the VRs that can hold the values.
    private static func encode(_ values: [JSONValue], _ tag: Tag, _ vrs: [VR]) -> DataElement? {
        for vr in vrs {
            if vr.isBinary {
                guard values.count <= 1, let bytes = Base64.decode(values.first?.string ?? "") else { continue }
                guard values.isEmpty || values[0].string != nil else { continue }
                let even = bytes.count.isMultiple(of: 2) ? bytes : bytes + [0]
                return DataElement(tag, vr, .bytes(even[...]))
            }
            if vr.isText {
                let isText = values.allSatisfy { value in
                    switch value {
                    case .string(let text): !text.utf8.contains(0)
                    case .number: vr == .DS || vr == .IS
                    case .null: true
                    default: false
                    }
                }
                guard isText else { continue }
            }
            // The document has "" for an empty value of any VR.
            let values = values.count == 1 && values[0].string?.isEmpty == true ? [] : values
            guard let bytes = JSONValueEncoder.bytes(values, vr) else { continue }
            return DataElement(tag, vr, .bytes(bytes[...]))
        }
        return nil
    }

    /// Import's own limits hold whatever is forced: the index is made for them.
    private func checkLimits(_ element: DataElement) throws(ChangeRefusal) {
        do {
            try ImportLimits.check(DataSet([element, .utf8CharacterSet]))
        } catch {
            throw ChangeRefusal("The value of \(element.tag.name) is longer than an image set can have")
        }
        guard AttributeRules.identifiers.contains(element.tag) else { return }
        let uid = (element.value.bytes ?? []).withoutTrailingPadding
        guard !uid.isEmpty, ValueCheck.isUID(uid, allowingLeadingZeros: true) else {
            throw ChangeRefusal("The value of \(element.tag.name) is not a UID")
        }
    }

    private func items(_ value: JSONValue, of tag: Tag, depth: Int) throws(ChangeRefusal) -> [DataSet] {
        guard depth <= Self.depthMax else {
            throw ChangeRefusal("The sequences of \(tag.name) are nested more than \(Self.depthMax) deep")
        }
        var items: [DataSet] = []
        for value in Self.values(value) {
            guard let object = value.object else {
                throw ChangeRefusal("The value of \(tag.name) must be a list of objects, the sequence as a whole")
            }
            items.append(try item(object, depth: depth))
        }
        return items
    }

    private func item(_ object: JSONObject, depth: Int) throws(ChangeRefusal) -> DataSet {
        var elements: [DataElement] = []
        for member in object.members {
            guard let tag = Tag(keyword: member.name) ?? Tag(hexadecimal: member.name), !tag.isGroupLength else {
                throw ChangeRefusal("\(AttributeRules.shown(member.name)) in a sequence is not an attribute")
            }
            // Text in items is UTF-8 like all the rest.
            guard tag != .specificCharacterSet else { continue }
            let vrs = try possibleVRs(tag)
            if vrs.contains(.SQ) {
                elements.append(DataElement(tag, items: try items(member.value, of: tag, depth: depth + 1)))
            } else if let element = Self.encode(Self.values(member.value), tag, vrs) {
                elements.append(element)
            } else {
                throw ChangeRefusal("The value of \(tag.name) in a sequence cannot be written as \(Self.codes(vrs))")
            }
        }
        return DataSet(elements)
    }
}
