public import DICOM

/// What was done to one instance through the API since it was imported; kept beside its immutable header.
public struct InstanceEdits: Sendable, Equatable {
    /// Attributes that were set, their text in UTF-8.
    public private(set) var updated = DataSet()
    /// Attributes that were taken away.
    public private(set) var removed: Set<Tag> = []
    /// Attributes of the Patient, Study and Series levels that the instance takes from its image set whatever it was
    /// imported with: it was copied out of a set in which they had been changed, or into one that has others.
    public private(set) var followed: Set<Tag> = []

    /// None.
    public init() {}

    /// Whether the instance is as it was imported.
    public var isEmpty: Bool {
        updated.isEmpty && removed.isEmpty && followed.isEmpty
    }

    /// Adds a later change.
    public mutating func apply(_ change: MetadataChange.Attributes) {
        updated.removeAll { change.removed.contains($0.tag) }
        for element in change.updated.elements { updated.set(element) }
        removed.formUnion(change.removed)
        removed.subtract(change.updated.elements.map(\.tag))
    }

    /// Lets the level rule for `tags` from now on.
    public mutating func follow(_ tags: Set<Tag>) {
        followed.formUnion(tags)
    }

    /// The header as it reads with the edits; those of file meta information included. Bulk values stay placeholders.
    public func applied(to header: StoredHeader) -> StoredHeader {
        guard !updated.isEmpty || !removed.isEmpty else { return header }
        var edited = header
        let (meta, data) = updated.split(before: Tag(0x0003, 0x0000))
        edited.fileMeta = DataSet(header.fileMeta.elements.filter { !removed.contains($0.tag) } + meta.elements)
        edited.dataSet = InstanceView.joined(header.dataSet, adding: data.elements, removing: removed)
        if let uid = data[.sopInstanceUID] {
            edited.fileMeta.set(DataElement(.mediaStorageSOPInstanceUID, .UI, uid.value))
        }
        if let uid = data[.sopClassUID] {
            edited.fileMeta.set(DataElement(.mediaStorageSOPClassUID, .UI, uid.value))
        }
        return edited
    }
}

extension InstanceEdits {
    /// The byte form that the catalog keeps: the numbers of removed and followed tags, these tags, all little endian and
    /// ascending, then what was set as Explicit VR Little Endian. Equal edits give equal bytes.
    public func bytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [removed.count, followed.count] + (removed.sorted() + followed.sorted()).map({ Int($0.rawValue) })
        {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).littleEndian) { bytes += $0 }
        }
        return bytes + (try PartTenWriter.dataSetBytes(updated) { _ in [] })
    }

    /// Reads ``bytes()`` back.
    public init(bytes: [UInt8]) throws(DICOMError) {
        func word(_ index: Int) -> UInt32 {
            bytes[4 * index..<4 * index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        let words = bytes.count / 4
        guard words >= 2 else { throw DICOMError(.truncated, tag: nil, offset: 0, "in the edits of an instance") }
        let (removedCount, followedCount) = (Int(word(0)), Int(word(1)))
        let end = 2 + removedCount + followedCount
        guard end <= words else { throw DICOMError(.truncated, tag: nil, offset: 8, "in the edits of an instance") }
        let tags = (2..<end).map { Tag(rawValue: word($0)) }
        removed = Set(tags.prefix(removedCount))
        followed = Set(tags.dropFirst(removedCount))
        updated = try DataSetReader.read(explicitLittleEndian: bytes[(4 * end)...])
    }
}
