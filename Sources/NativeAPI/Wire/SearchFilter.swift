import Catalog
import DICOM
import ImageSets

/// Reads one filter of a search: EQUAL takes one value, BETWEEN two of the same ordered member (spec/10).
enum SearchFilter {
    static func read(_ filter: JSONValue) throws -> ImageSetQuery.Filter {
        guard let values = filter["values"]?.array, let operation = filter["operator"]?.string else {
            throw ServiceError(.validation, "A filter needs values and an operator")
        }
        let given = try values.map(value)
        if operation == "EQUAL" {
            guard given.count == 1 else {
                throw ServiceError(.validation, "The operator EQUAL takes exactly one value")
            }
            return try equal(given[0])
        }
        guard given.count == 2, given[0].name == given[1].name else {
            throw ServiceError(.validation, "The operator BETWEEN takes exactly two values of the same member")
        }
        return try between(given[0], given[1])
    }

    private static func value(_ value: JSONValue) throws -> (name: String, value: JSONValue) {
        guard let member = value.object?.members.first(where: { $0.value != .null }) else {
            throw ServiceError(.validation, "A filter value must have exactly one of its members set")
        }
        return (member.name, member.value)
    }

    private static func equal(_ given: (name: String, value: JSONValue)) throws -> ImageSetQuery.Filter {
        switch (given.name, given.value) {
        case ("DICOMPatientId", .string(let text)): return .patientID(text)
        case ("DICOMAccessionNumber", .string(let text)): return .accessionNumber(text)
        case ("DICOMStudyId", .string(let text)): return .studyID(text)
        case ("DICOMStudyInstanceUID", .string(let text)): return .studyInstanceUID(text)
        case ("DICOMSeriesInstanceUID", .string(let text)): return .seriesInstanceUID(text)
        case ("isPrimary", .boolean(let flag)): return .isPrimary(flag)
        default: return try between(given, given)
        }
    }

    private static func between(
        _ lower: (name: String, value: JSONValue), _ upper: (name: String, value: JSONValue)
    ) throws -> ImageSetQuery.Filter {
        switch lower.name {
        case "createdAt", "updatedAt":
            guard let from = WireTimestamp.read(lower.value), let to = WireTimestamp.read(upper.value), from <= to
            else {
                throw ServiceError(.validation, "The lower bound of '\(lower.name)' must not be after the upper one")
            }
            return lower.name == "createdAt" ? .createdAt(from...to) : .updatedAt(from...to)
        case "DICOMStudyDateAndTime":
            let (from, to) = (try instant(lower.value), try instant(upper.value))
            guard from <= to else {
                throw ServiceError(.validation, "The lower bound of '\(lower.name)' must not be after the upper one")
            }
            return .studyDateAndTime(from...to)
        default:
            throw ServiceError(.validation, "The operator BETWEEN is not supported for '\(lower.name)'")
        }
    }

    /// `YYYYMMDDhhmmss`; a missing time is 000000, in the upper bound too.
    private static func instant(_ value: JSONValue) throws -> String {
        guard let date = value["DICOMStudyDate"]?.string, date.utf8.count == 8,
            date.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            throw ServiceError(.validation, "Value at 'DICOMStudyDate' must be a date of the form YYYYMMDD")
        }
        guard let time = value["DICOMStudyTime"]?.string, !time.isEmpty else { return date + "000000" }
        let whole = time.prefix { $0 != "." }
        guard (2...6).contains(whole.utf8.count), whole.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ServiceError(.validation, "Value at 'DICOMStudyTime' must be a time of the form HHMMSS")
        }
        return date + whole + String(repeating: "0", count: 6 - whole.utf8.count)
    }
}
