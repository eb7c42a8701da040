/// Whether an image set can become part of the primary hierarchy: by the same seven elements that decide at import
/// (spec/20), in the words of a refusal.
public enum Promotion {
    /// Throws when the set conflicts with primary image sets.
    ///
    /// `sisters` are the keys of the primary sets of the same Study Instance UID; `home` is that of the primary set of the
    /// same Series Instance UID, in whatever study.
    public static func check(_ key: GroupingKey, sisters: [GroupingKey], home: GroupingKey?) throws(ChangeRefusal) {
        guard !key.studyInstanceUID.isEmpty, !key.seriesInstanceUID.isEmpty else {
            throw ChangeRefusal("An image set without StudyInstanceUID or SeriesInstanceUID cannot be primary")
        }
        var conflicts: [String] = []
        for (keyword, path) in shared where sisters.contains(where: { $0[keyPath: path] != key[keyPath: path] }) {
            conflicts.append(keyword)
        }
        if let home {
            if home.studyInstanceUID != key.studyInstanceUID { conflicts.append("StudyInstanceUID") }
            if home.seriesNumber != key.seriesNumber { conflicts.append("SeriesNumber") }
        }
        guard conflicts.isEmpty else {
            throw ChangeRefusal(
                "The image set conflicts with the primary image sets of its study in \(conflicts.joined(separator: ", "))"
            )
        }
    }

    /// What all primary sets of a study have in common.
    private static var shared: [(keyword: String, path: KeyPath<GroupingKey, String>)] {
        [
            ("StudyDate", \.studyDate), ("AccessionNumber", \.accessionNumber), ("PatientID", \.patientID),
            ("StudyID", \.studyID),
        ]
    }
}
