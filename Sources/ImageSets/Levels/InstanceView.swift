public import DICOM

/// The data set of one instance as the image set shows it now: what was imported, joined with the levels.
public enum InstanceView {
    /// Joins an instance's header with the levels of its image set.
    ///
    /// - An attribute the instance was imported with stays the instance's own, also where another instance gave the level
    ///   its value: GetDICOMInstance gives back every element that was imported.
    /// - An attribute that only other instances brought into the levels is not made up for it: a padding value or comment
    ///   of another slice would change what this one means.
    /// - Attributes that were changed through the API after the import, in the levels (``ImageSetLevels/editedTags``) or
    ///   because the instance follows them (``InstanceEdits/followed``), are the level's, and what it does not have is gone.
    ///
    /// Text that comes from a level is UTF-8. Where it is more than ASCII and the instance is written in another character
    /// set, the whole data set comes out in UTF-8, with Specific Character Set (0008,0005) saying so.
    public static func dataSet(header: DataSet, levels: ImageSetLevels, followed: Set<Tag> = []) -> DataSet {
        let ruled = levels.editedTags.union(followed)
        guard !ruled.isEmpty else { return header }
        var added: [DataElement] = []
        for level in AttributeLevel.shared {
            added += levels[level].elements.filter { AttributeLevel($0.tag) == level && ruled.contains($0.tag) }
        }
        return joined(header, adding: added, removing: ruled.filter { AttributeLevel($0) != .instance })
    }

    /// A data set with elements, their text in UTF-8, added or put in place of its own, and others removed before.
    static func joined(_ dataSet: DataSet, adding added: [DataElement], removing removed: Set<Tag>) -> DataSet {
        guard !added.isEmpty || dataSet.elements.contains(where: { removed.contains($0.tag) }) else { return dataSet }
        let characterSet = dataSet.characterSet
        var base = dataSet
        if characterSet != .utf8, added.contains(where: \.hasExtendedText) {
            base = dataSet.inUTF8(from: characterSet)
            base[.specificCharacterSet] = .utf8CharacterSet
        }
        base.removeAll { removed.contains($0.tag) }
        return DataSet(base.elements + added)
    }
}

extension DataElement {
    /// Whether there is UTF-8 text in it, at any depth, that is more than ASCII.
    var hasExtendedText: Bool {
        switch value {
        case .bytes(let bytes): vr.usesCharacterSet && bytes.contains { $0 >= 0x80 }
        case .items(let items): items.contains { $0.elements.contains(where: \.hasExtendedText) }
        case .bulk: false
        }
    }
}
