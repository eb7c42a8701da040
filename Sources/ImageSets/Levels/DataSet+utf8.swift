import DICOM

extension DataElement {
    /// Specific Character Set (0008,0005) for text in UTF-8.
    static let utf8CharacterSet = DataElement(.specificCharacterSet, .CS, "ISO_IR 192")

    /// The element with its text in UTF-8, that of nested items included.
    func inUTF8(from characterSet: CharacterSet) -> DataElement {
        switch value {
        case .bulk:
            return self
        case .items(let items):
            return DataElement(tag, vr, .items(items.map { $0.inUTF8(from: characterSet) }))
        case .bytes(let bytes):
            guard vr.usesCharacterSet, !bytes.isInvariantText else { return self }
            return DataElement(tag, vr, characterSet.decode(bytes, vr: vr))
        }
    }
}

extension DataSet {
    /// The data set with all text in UTF-8 and without Specific Character Set elements.
    ///
    /// `inherited` is the character set of the enclosing data set, which holds until an item names its own
    /// (PS3.5 6.1.2.5.3, PS3.3 C.12.1.1.2).
    func inUTF8(from inherited: CharacterSet) -> DataSet {
        let characterSet = characterSet(inheriting: inherited)
        return DataSet(
            elements.lazy.filter { $0.tag != .specificCharacterSet }.map { $0.inUTF8(from: characterSet) })
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes mean the same characters in every character set of DICOM: 7-bit, without escape sequences and
    /// the two codes that are a yen sign and an overline in ISO_IR 13.
    var isInvariantText: Bool {
        allSatisfy { $0 < 0x80 && $0 != 0x1B && $0 != 0x5C && $0 != 0x7E }
    }

    /// Without the spaces and NULs at the end that make a value even.
    var withoutTrailingPadding: ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, self[end - 1] == 0x20 || self[end - 1] == 0x00 { end -= 1 }
        return self[startIndex..<end]
    }
}
