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
    /// The whole text of an element without trailing padding: "" when it is absent, empty or blank.
    func groupingText(_ tag: Tag, from characterSet: CharacterSet) -> String {
        guard let element = self[tag], let bytes = element.value.bytes else { return "" }
        let text = bytes.withoutTrailingPadding
        guard element.vr.usesCharacterSet, !text.isInvariantText else { return String(decoding: text, as: UTF8.self) }
        return characterSet.decode(text, vr: element.vr)
    }
}
