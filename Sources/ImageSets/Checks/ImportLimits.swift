import DICOM

/// The limits an import sets to single attributes; a file over one of them fails.
enum ImportLimits {
    /// The greatest number of characters, trailing padding not counted.
    static let characters: [(tag: Tag, limit: Int)] = [
        (.studyDate, 18), (.studyTime, 28), (.accessionNumber, 256), (.sopInstanceUID, 256), (.studyDescription, 256),
        (.patientName, 256), (.patientID, 256), (.patientBirthDate, 18), (.patientSex, 16), (.studyInstanceUID, 256),
        (.seriesInstanceUID, 256), (.studyID, 256),
    ]

    /// The greatest count of related series and instances.
    static let counts: [(tag: Tag, limit: Int)] = [
        (.numberOfStudyRelatedSeries, 1_000_000), (.numberOfStudyRelatedInstances, 1_000_000),
    ]

    /// UIDs that may have leading zeros and be up to ``lenientUIDLength`` characters long without a warning.
    static let lenientUIDs: Set<Tag> = [
        .studyInstanceUID, .seriesInstanceUID, .treatmentSessionUID, .manufacturerDeviceClassUID, .acquisitionUID,
    ]

    /// The greatest length of a lenient UID.
    static let lenientUIDLength = 256

    /// Throws what is over a limit.
    static func check(_ dataSet: DataSet) throws(ImportFailure) {
        let characterSet = dataSet.characterSet
        for (tag, limit) in characters {
            // Every character has at least one byte, so a value of that few bytes cannot be over the limit.
            guard let bytes = dataSet[tag]?.value.bytes, bytes.count > limit else { continue }
            guard dataSet.wholeText(tag, from: characterSet).unicodeScalars.count <= limit else {
                throw ImportFailure(.tooLong(tag, limit: limit))
            }
        }
        for (tag, limit) in counts {
            // Whatever the VR, and also numbers that are no whole ones or too great for an integer.
            let counts = dataSet.decimals(tag) + dataSet.strings(tag).compactMap(Double.init)
            if counts.contains(where: { $0 > Double(limit) }) { throw ImportFailure(.tooGreat(tag, limit: limit)) }
        }
    }
}
