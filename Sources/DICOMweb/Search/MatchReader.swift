import Catalog
import DICOM
import HTTPTypes
import ImageSets

/// Turns one query parameter into a condition of the catalog.
enum MatchReader {
    /// What a tag matches, and from which level downwards it may be asked.
    private static let keys: [Tag: (key: Match.Key, level: SearchRequest.Level)] = [
        .studyDate: (.studyDate, .study), .studyTime: (.studyTime, .study),
        .accessionNumber: (.accessionNumber, .study), .modalitiesInStudy: (.modalitiesInStudy, .study),
        .referringPhysicianName: (.referringPhysicianName, .study), .studyDescription: (.studyDescription, .study),
        .patientName: (.patientName, .study), .patientID: (.patientID, .study),
        .patientBirthDate: (.patientBirthDate, .study), .patientBirthTime: (.patientBirthTime, .study),
        .studyInstanceUID: (.studyInstanceUID, .study), .studyID: (.studyID, .study),
        .modality: (.modality, .series), .seriesInstanceUID: (.seriesInstanceUID, .series),
        .seriesNumber: (.seriesNumber, .series), .seriesDescription: (.seriesDescription, .series),
        .bodyPartExamined: (.bodyPartExamined, .series), .seriesDate: (.seriesDate, .series),
        .seriesTime: (.seriesTime, .series),
        .performedProcedureStepStartDate: (.performedProcedureStepStartDate, .series),
        .performedProcedureStepStartTime: (.performedProcedureStepStartTime, .series),
        .sopClassUID: (.sopClassUID, .instance), .sopInstanceUID: (.sopInstanceUID, .instance),
        .instanceNumber: (.instanceNumber, .instance), .warningReason: (.warningReason, .instance),
    ]

    private static let ranges: Set<Match.Key> = [
        .studyDate, .studyTime, .patientBirthDate, .patientBirthTime, .seriesDate, .seriesTime,
        .performedProcedureStepStartDate, .performedProcedureStepStartTime,
    ]
    private static let wildcards: Set<Match.Key> = [
        .warningReason, .patientName, .referringPhysicianName, .patientID, .studyDescription, .modality,
        .modalitiesInStudy, .accessionNumber, .seriesDescription, .bodyPartExamined,
    ]
    private static let lists: Set<Match.Key> = [
        .studyInstanceUID, .seriesInstanceUID, .sopInstanceUID, .sopClassUID, .modality, .modalitiesInStudy,
    ]

    /// The condition of a parameter; nil for an empty value, which matches everything (PS3.4 C.2.2.2.3). A key that
    /// cannot be matched at this level is refused.
    static func read(
        _ tag: Tag, _ value: String, level: SearchRequest.Level, isFuzzy: Bool
    ) throws -> Match? {
        guard let known = keys[tag], known.level.rawValue <= level.rawValue else {
            throw DICOMwebError(
                .badRequest, "The attribute \(tag.keyword ?? tag.hexadecimal) cannot be matched at this level")
        }
        guard !value.isEmpty, value != "*" || known.key == .warningReason else { return nil }
        return Match(known.key, try condition(known.key, value, isFuzzy: isFuzzy))
    }

    private static func condition(
        _ key: Match.Key, _ value: String, isFuzzy: Bool
    ) throws -> Match.Condition {
        if ranges.contains(key) { return try range(key, value) }
        if isFuzzy, key == .patientName || key == .referringPhysicianName {
            let words = value.lowercased().filter { $0 != "\"" }
                .split { "^=, *?".contains($0) }.map(String.init)
            if !words.isEmpty { return .anyWordPrefix(words) }
        }
        if key == .warningReason { return try warning(value) }
        if lists.contains(key), value.contains(where: { $0 == "," || $0 == "\\" }) {
            return .anyOf(value.split { $0 == "," || $0 == "\\" }.map(String.init))
        }
        if wildcards.contains(key), value.contains(where: { $0 == "*" || $0 == "?" }) { return .wildcard(value) }
        return .anyOf([value])
    }

    /// Codes in decimal; two of them have an alias of their hexadecimal value (spec/20).
    private static func warning(_ value: String) throws -> Match.Condition {
        guard !value.contains("*"), !value.contains("?") else { return .wildcard(value) }
        let codes = value.split { $0 == "," || $0 == "\\" }.map { text in
            Int(text).flatMap { ImportWarning.Code(searched: $0) }.map { String($0.rawValue) } ?? String(text)
        }
        return .anyOf(codes)
    }

    /// `A`, `A-B`, `A-` and `-B` (PS3.4 C.2.2.2.5). A time bound with fewer digits covers its whole minute or hour.
    private static func range(_ key: Match.Key, _ value: String) throws -> Match.Condition {
        let isTime = [
            .studyTime, .patientBirthTime, .seriesTime, .performedProcedureStepStartTime,
        ].contains(key)
        let allowed = isTime ? "0123456789." : "0123456789"
        func bound(_ text: Substring) throws -> String? {
            guard !text.isEmpty else { return nil }
            let isWhole = isTime ? (2...13).contains(text.count) : text.count == 8
            guard isWhole, text.allSatisfy({ allowed.contains($0) }) else {
                throw DICOMwebError(.badRequest, "\(key.rawValue) must be a \(isTime ? "time" : "date") or a range")
            }
            return String(text)
        }
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            guard let exact = try bound(parts[0]) else {
                throw DICOMwebError(.badRequest, "\(key.rawValue) is empty")
            }
            return isTime ? .range(lower: exact, upper: upperTime(exact)) : .range(lower: exact, upper: exact)
        case 2:
            let (lower, upper) = (try bound(parts[0]), try bound(parts[1]))
            return .range(lower: lower, upper: isTime ? upper.map(upperTime) : upper)
        default:
            throw DICOMwebError(.badRequest, "\(key.rawValue) must be a value or a range")
        }
    }

    private static func upperTime(_ time: String) -> String {
        let full = "235959.999999"
        return time.count >= full.count ? time : time + full.dropFirst(time.count)
    }
}
