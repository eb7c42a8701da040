extension Match.Key {
    /// The kinds of record that searches answer, from the top down.
    package enum Level: Int, Sendable, Comparable {
        case study, series, instance

        package static func < (left: Self, right: Self) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Whose value it is.
    package var level: Level {
        switch self {
        case .patientName, .patientID, .patientBirthDate, .patientBirthTime, .studyInstanceUID, .studyDate, .studyTime,
            .studyID, .accessionNumber, .studyDescription, .referringPhysicianName, .modalitiesInStudy:
            .study
        case .seriesInstanceUID, .modality, .seriesNumber, .seriesDescription, .bodyPartExamined, .seriesDate,
            .seriesTime, .performedProcedureStepStartDate, .performedProcedureStepStartTime:
            .series
        case .sopInstanceUID, .sopClassUID, .instanceNumber, .warningReason:
            .instance
        }
    }

    /// Whether its values are person names (VR PN), which match whatever the case.
    package var isPersonName: Bool {
        self == .patientName || self == .referringPhysicianName
    }

    /// Whether single values compare as integers.
    package var isNumber: Bool {
        self == .seriesNumber || self == .instanceNumber || self == .warningReason
    }
}
