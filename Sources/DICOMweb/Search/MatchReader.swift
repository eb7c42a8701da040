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
        if lists.contains(key), value.contains(where: { $0 == "," || $0 == "\\" }) { return .anyOf(try list(value)) }
        if wildcards.contains(key), value.contains(where: { $0 == "*" || $0 == "?" }) { return .wildcard(value) }
        return .anyOf([value])
    }

    /// Codes in decimal; two of them have an alias of their hexadecimal value (spec/20).
    private static func warning(_ value: String) throws -> Match.Condition {
        guard !value.contains("*"), !value.contains("?") else { return .wildcard(value) }
        let codes = try list(value).map { text in
            Int(text).flatMap { ImportWarning.Code(searched: $0) }.map { String($0.rawValue) } ?? text
        }
        return .anyOf(codes)
    }

    /// A list by comma or backslash; no client looks for a thousand values at once.
    private static func list(_ value: String) throws -> [String] {
        let values = value.split { $0 == "," || $0 == "\\" }.map(String.init)
        guard values.count <= 1_000 else {
            throw DICOMwebError(.badRequest, "A list of values can have at most 1000 of them")
        }
        return values
    }

    /// `A`, `A-B`, `A-` and `-B` (PS3.4 C.2.2.2.5): dates `YYYYMMDD`, times `HH[MM[SS[.F]]]` with up to six digits of a
    /// second's fraction. A time bound with fewer digits covers its whole minute or hour.
    private static func range(_ key: Match.Key, _ value: String) throws -> Match.Condition {
        let isTime = [
            .studyTime, .patientBirthTime, .seriesTime, .performedProcedureStepStartTime,
        ].contains(key)
        let malformed = DICOMwebError(
            .badRequest, "\(key.rawValue) must be a \(isTime ? "time" : "date") or a range")
        func bound(_ text: Substring) throws -> String? {
            guard !text.isEmpty else { return nil }
            guard isTime ? isTimeText(text) : text.utf8.count == 8 && text.utf8.allSatisfy(isDigit) else {
                throw malformed
            }
            return String(text)
        }
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            guard let exact = try bound(parts[0]) else { throw malformed }
            return isTime ? .range(lower: exact, upper: upperTime(exact)) : .range(lower: exact, upper: exact)
        case 2:
            let (lower, upper) = (try bound(parts[0]), try bound(parts[1]))
            guard lower != nil || upper != nil else { throw malformed }
            return .range(lower: lower, upper: isTime ? upper.map(upperTime) : upper)
        default:
            throw malformed
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }

    private static func isTimeText(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ $0.allSatisfy(isDigit) }) else { return false }
        if parts.count == 2 { return parts[0].count == 6 && (1...6).contains(parts[1].count) }
        return [2, 4, 6].contains(parts[0].count)
    }

    private static func upperTime(_ time: String) -> String {
        let full = "235959.999999"
        return time.count >= full.count ? time : time + full.dropFirst(time.count)
    }
}
