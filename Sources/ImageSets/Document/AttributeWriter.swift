import DICOM

/// Writes attributes as the metadata document has them: keyed by keyword, values in JSON's own types.
///
/// Attributes without a keyword, private or unknown ones, are keyed by tag; their VRs are collected for `DICOMVRs`, those
/// of nested ones too. One tag has one VR there: that of the outermost, then the first.
struct AttributeWriter {
    private let bulkDataURIs: [String]
    private var outerVRs: [(tag: Tag, vr: VR)] = []
    private var nestedVRs: [(tag: Tag, vr: VR)] = []
    private var seenNested: Set<Tag> = []

    /// `bulkDataURIs` are those of the values whose placeholders count from 0.
    init(bulkDataURIs: [String]) {
        self.bulkDataURIs = bulkDataURIs
    }

    /// Whether there is anything to list in `DICOMVRs`.
    var hasVRs: Bool {
        !outerVRs.isEmpty || !nestedVRs.isEmpty
    }

    /// Writes the members of an object for elements of a data set; group lengths are not attributes and left out.
    mutating func write(
        _ elements: some Sequence<DataElement>, in characterSet: CharacterSet, to json: inout JSONWriter
    ) {
        write(elements, in: characterSet, isNested: false, to: &json)
    }

    /// Writes the member `DICOMVRs`.
    func writeVRs(to json: inout JSONWriter) {
        let outer = nestedVRs.isEmpty ? [] : Set(outerVRs.map(\.tag))
        json.object("DICOMVRs") { json in
            for (tag, vr) in outerVRs { json.member(tag.hexadecimal, vr.code) }
            for (tag, vr) in nestedVRs where !outer.contains(tag) { json.member(tag.hexadecimal, vr.code) }
        }
    }

    private mutating func write(
        _ elements: some Sequence<DataElement>, in characterSet: CharacterSet, isNested: Bool, to json: inout JSONWriter
    ) {
        for element in elements where !element.tag.isGroupLength {
            if !json.name(keywordOf: element.tag) {
                json.name(element.tag.hexadecimal)
                noteVR(element, isNested: isNested)
            }
            write(element, in: characterSet, to: &json)
        }
    }

    private mutating func noteVR(_ element: DataElement, isNested: Bool) {
        let vr = element.value.items == nil ? element.vr : .SQ
        if !isNested {
            outerVRs.append((element.tag, vr))
        } else if seenNested.insert(element.tag).inserted {
            nestedVRs.append((element.tag, vr))
        }
    }

    private mutating func write(_ element: DataElement, in characterSet: CharacterSet, to json: inout JSONWriter) {
        switch element.value {
        case .bulk(let bulk):
            guard bulkDataURIs.indices.contains(bulk.offset) else { return json.null() }
            json.beginObject()
            json.name("BulkDataURI")
            json.string(bulkDataURIs[bulk.offset])
            json.endObject()
        case .items(let items):
            guard !items.isEmpty else { return json.null() }
            json.beginArray()
            for item in items {
                json.beginObject()
                let itemCharacterSet = item.characterSet(inheriting: characterSet)
                write(item.elements, in: itemCharacterSet, isNested: true, to: &json)
                json.endObject()
            }
            json.endArray()
        case .bytes(let bytes):
            let value = AttributeValue(bytes: bytes, vr: element.vr, multiplicity: .init(of: element.tag))
            value.write(in: characterSet, to: &json)
        }
    }
}
