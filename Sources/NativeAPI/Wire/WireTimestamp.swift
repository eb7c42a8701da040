import DICOM
import Foundation
import ImageSets

/// Timestamps of REST-JSON: epoch seconds with milliseconds in answers; in requests also ISO 8601.
enum WireTimestamp {
    static func read(_ value: JSONValue) -> Timestamp? {
        switch value {
        case .number(let number):
            guard let seconds = number.double, abs(seconds) < 1e12 else { return nil }
            return Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
        case .string(let text):
            if let seconds = Double(text) {
                return abs(seconds) < 1e12 ? Timestamp(milliseconds: Int64((seconds * 1_000).rounded())) : nil
            }
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
            guard let date = try? style.parse(text) else { return nil }
            return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded()))
        default:
            return nil
        }
    }

    /// `1680027253.471`, without trailing zeros.
    static func text(_ timestamp: Timestamp) -> String {
        let seconds = timestamp.milliseconds / 1_000
        let fraction = timestamp.milliseconds % 1_000
        guard fraction != 0 else { return "\(seconds)" }
        var digits = String(fraction + 1_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(seconds).\(digits)"
    }
}
