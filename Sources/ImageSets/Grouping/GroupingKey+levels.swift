public import DICOM

extension GroupingKey {
    /// The seven elements of an imported data set.
    public init(_ dataSet: DataSet) {
        let characterSet = dataSet.characterSet
        self.init { dataSet.groupingText($0, from: characterSet) }
    }

    /// The seven elements as an image set has them now.
    public init(_ levels: ImageSetLevels) {
        self.init { levels[AttributeLevel($0)].groupingText($0, from: .utf8) }
    }

    private init(_ text: (Tag) -> String) {
        self.init(
            studyDate: text(.studyDate), accessionNumber: text(.accessionNumber), patientID: text(.patientID),
            studyInstanceUID: text(.studyInstanceUID), studyID: text(.studyID),
            seriesInstanceUID: text(.seriesInstanceUID), seriesNumber: text(.seriesNumber))
    }
}

extension DataSet {
    /// SOP Instance UID (0008,0018) as an instance is known by it: the whole text, "" when there is none.
    public var sopInstanceUID: String {
        groupingText(.sopInstanceUID, from: .ascii)
    }

    /// The text of an element that it is compared by: "" when it is absent, empty or blank.
    ///
    /// It ends at the first NUL, which text may not hold (PS3.5 6.1.3) and catalogs cannot: so a value that was read back
    /// is the value that came.
    func groupingText(_ tag: Tag, from characterSet: CharacterSet) -> String {
        let text = wholeText(tag, from: characterSet)
        guard let end = text.utf8.firstIndex(of: 0) else { return text }
        return String(decoding: Array(text.utf8[..<end])[...].withoutTrailingPadding, as: UTF8.self)
    }

    /// The whole text of an element without trailing padding.
    func wholeText(_ tag: Tag, from characterSet: CharacterSet) -> String {
        guard let element = self[tag], let bytes = element.value.bytes else { return "" }
        guard element.vr.usesCharacterSet, !bytes.isInvariantText else {
            return String(decoding: bytes.withoutTrailingPadding, as: UTF8.self)
        }
        // Decoded before it is trimmed: an escape sequence may stand behind the padding.
        let text = Array(characterSet.decode(bytes, vr: element.vr).utf8)
        return String(decoding: text[...].withoutTrailingPadding, as: UTF8.self)
    }
}
