import DICOM

/// What an update may change: the DICOM constraints of spec/30, each with its own words.
struct AttributeRules {
    /// Whether the request has `force`.
    let isForced: Bool
    /// Whether the image set is primary.
    let isPrimary: Bool

    /// Members of the metadata document that are no attributes but say what the service stored.
    static let madeByTheService: Set<String> = [
        "SchemaVersion", "DatastoreID", "ImageSetID", "ImageFrames", "ID", "Checksum", "ChecksumType",
        "PixelDataChecksumFromBaseToFullResolution", "Width", "Height", "MinPixelValue", "MaxPixelValue",
        "FrameSizeInBytes", "StoredTransferSyntaxUID",
    ]

    /// Attributes that say which study, series and instance this is.
    static let identifiers: Set<Tag> = [.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID]

    /// Attributes that tell how the instance is stored, which no update changes.
    private static let fixed: Set<Tag> = [
        .pixelData, .floatPixelData, .doubleFloatPixelData, .modality, .specificCharacterSet,
        .fileMetaInformationVersion, .mediaStorageSOPClassUID, .mediaStorageSOPInstanceUID, .transferSyntaxUID,
    ]

    /// The tag that an attribute's name stands for.
    static func tag(named name: String) throws(ChangeRefusal) -> Tag {
        guard !madeByTheService.contains(name) else {
            throw ChangeRefusal("\(name) is made by the service and cannot be updated or removed")
        }
        guard let tag = Tag(keyword: name) ?? Tag(hexadecimal: name) else {
            throw ChangeRefusal(
                "\(shown(name)) is not an attribute that DICOM defines; others are named by tag, with force")
        }
        let isData = tag.group > 0x0007 && tag.group < 0xFFFC || tag.group == 0x0002
        guard isData, !tag.isGroupLength else {
            throw ChangeRefusal("\(tag.name) is not an attribute of a data set and cannot be updated or removed")
        }
        return tag
    }

    /// Throws when an attribute may not be changed at `level`, whatever its value.
    func check(_ tag: Tag, at level: AttributeLevel, isRemoval: Bool) throws(ChangeRefusal) {
        guard !Self.fixed.contains(tag) else {
            throw ChangeRefusal("\(tag.name) tells how the image set is stored and cannot be updated or removed")
        }
        let isInstance = level == .instance
        if tag.isPrivate {
            guard isInstance else {
                throw ChangeRefusal(
                    "Private attributes at the \(level.title) level cannot be updated or removed: \(tag.name)")
            }
            guard isForced else { throw needsForce(tag, "Private attributes") }
            return
        }
        let home = AttributeLevel(tag)
        guard home == level else {
            throw ChangeRefusal("\(tag.name) belongs to the \(home.title) level, not to the \(level.title) level")
        }
        if Self.identifiers.contains(tag) || tag == .studyID {
            guard !isPrimary else { throw ChangeRefusal("\(tag.name) of a primary image set cannot be updated") }
            guard isForced else { throw needsForce(tag, "Identifiers") }
            guard !isRemoval || tag == .studyID else { throw ChangeRefusal("\(tag.name) cannot be removed") }
        }
        guard let entry = DataDictionary.entry(for: tag) else {
            return try checkSpecial(tag, level, "Attributes that DICOM does not define")
        }
        if entry.allows(.SQ) { return try checkSpecial(tag, level, "Sequences") }
        if entry.valueMultiplicity.max != 1 { return try checkSpecial(tag, level, "Multi-valued attributes") }
    }

    /// What only force changes, and on a primary image set only with single instances.
    private func checkSpecial(_ tag: Tag, _ level: AttributeLevel, _ kind: String) throws(ChangeRefusal) {
        guard isForced else { throw needsForce(tag, kind) }
        guard !isPrimary || level == .instance else {
            throw ChangeRefusal(
                "\(kind) at the \(level.title) level of a primary image set cannot be updated or removed: \(tag.name)")
        }
    }

    private func needsForce(_ tag: Tag, _ kind: String) -> ChangeRefusal {
        ChangeRefusal("\(kind) can be updated or removed with force only: \(tag.name)")
    }

    /// A name that may stand in a message: what is no word is not repeated.
    static func shown(_ name: String) -> String {
        let isWord =
            name.utf8.count <= 64
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
        return isWord && !name.isEmpty ? name : "A name in the document"
    }
}

extension AttributeLevel {
    /// The level as the metadata document calls it.
    package var title: String {
        switch self {
        case .patient: "Patient"
        case .study: "Study"
        case .series: "Series"
        case .instance: "Instance"
        }
    }
}
