/// One condition of a QIDO-RS search (PS3.18 8.3.4). All conditions of a query hold together.
///
/// Text is compared by Unicode scalars, person names without distinction of case. A record without a value
/// for the key (or with an empty one) never matches, and neither does a key of a level below the one searched.
/// `modalitiesInStudy` looks at every series record of the study; `warningReason` at every warning of the instance, in
/// decimal digits.
public struct Match: Sendable, Hashable {
    /// What can be matched.
    public enum Key: String, Sendable, CaseIterable {
        case patientName, patientID, patientBirthDate, patientBirthTime
        case studyInstanceUID, studyDate, studyTime, studyID, accessionNumber, studyDescription
        case referringPhysicianName, modalitiesInStudy
        case seriesInstanceUID, modality, seriesNumber, seriesDescription, bodyPartExamined, seriesDate, seriesTime
        case performedProcedureStepStartDate, performedProcedureStepStartTime
        case sopInstanceUID, sopClassUID, instanceNumber, warningReason
    }

    /// How it must match.
    public enum Condition: Sendable, Hashable {
        /// Equal to one of these; `seriesNumber`, `instanceNumber` and `warningReason` compare as integers.
        case anyOf([String])
        /// Between both bounds, inclusive, compared as text; nil is open.
        case range(lower: String?, upper: String?)
        /// `*` stands for any run and `?` for any one Unicode scalar.
        case wildcard(String)
        /// One of the words is a prefix of a word of the value, split at `^ = ,` and space; the first 64 are looked
        /// for. Person names only; other keys never match.
        case anyWordPrefix([String])
    }

    /// What is matched.
    public var key: Key
    /// How it must match.
    public var condition: Condition

    /// Gathers the parts.
    public init(_ key: Key, _ condition: Condition) {
        self.key = key
        self.condition = condition
    }
}
