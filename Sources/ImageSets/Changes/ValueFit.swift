import DICOM

/// Whether values are what their VR and the data dictionary allow (PS3.5 table 6.2-1, PS3.6).
struct ValueFit {
    let tag: Tag
    let vr: VR
    let values: [JSONValue]

    /// An empty value always fits: the attribute is there and unknown.
    var holds: Bool {
        let count = vr.isText && vr.allowsMultipleValues ? texts.count : values.count
        return fitsMultiplicity(count) && (!vr.isText || texts.allSatisfy(fits))
    }

    /// Single values; a backslash parts them also within one string.
    private var texts: [String] {
        values.flatMap { value -> [String] in
            let text =
                switch value {
                case .string(let text): text
                case .number(let number): number.text
                default: ""
                }
            guard vr.allowsMultipleValues else { return [text] }
            return text.utf8.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
        }
    }

    private func fitsMultiplicity(_ count: Int) -> Bool {
        guard count > 0, !vr.isBinary, let entry = DataDictionary.entry(for: tag) else { return true }
        let isEmpty = count == 1 && (values.first == .null || values.first?.string?.isEmpty == true)
        guard !isEmpty else { return true }
        let (least, most) = entry.valueMultiplicity
        return count >= least && most.map { count <= $0 } ?? true
    }

    private func fits(_ text: String) -> Bool {
        let bytes = Array(text.utf8)[...].withoutTrailingPadding
        guard !bytes.isEmpty else { return true }
        guard fitsLength(bytes), hasAllowedControls(bytes) else { return false }
        return switch vr {
        case .AS: bytes.count == 4 && bytes.prefix(3).allSatisfy(Self.isDigit) && "DWMY".utf8.contains(bytes.last ?? 0)
        case .CS: bytes.allSatisfy { Self.isDigit($0) || (0x41...0x5A).contains($0) || $0 == 0x20 || $0 == 0x5F }
        case .DA: isDate(bytes)
        case .DS: bytes.allSatisfy { $0 <= 0x7F } && Double(trimmed(bytes)).map(\.isFinite) ?? false
        case .DT: isDateTime(bytes)
        case .IS: Int32(trimmed(bytes)) != nil
        case .TM: isTime(bytes)
        case .UI: bytes.count <= 64 && ValueCheck.isUID(bytes, allowingLeadingZeros: false)
        case .AE: bytes.allSatisfy { (0x20...0x7E).contains($0) }
        default: true
        }
    }

    private func fitsLength(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let limit = ValueCheck.limit(vr) else { return true }
        let characters = String(decoding: bytes, as: UTF8.self).unicodeScalars
        guard vr == .PN else { return characters.count <= limit }
        let groups = characters.split(separator: "=", omittingEmptySubsequences: false)
        return groups.count <= 3 && groups.allSatisfy { $0.count <= limit }
    }

    /// Control characters are for long text alone (PS3.5 6.1.3).
    private func hasAllowedControls(_ bytes: ArraySlice<UInt8>) -> Bool {
        let allowed: Set<UInt8> = [.LT, .ST, .UT].contains(vr) ? [0x09, 0x0A, 0x0C, 0x0D] : []
        return bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || allowed.contains($0) }
    }

    private func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 8, let month = number(bytes.dropFirst(4).prefix(2)), let day = number(bytes.dropFirst(6))
        else { return false }
        return number(bytes.prefix(4)) != nil && (1...12).contains(month) && (1...31).contains(day)
    }

    /// `HHMMSS.FFFFFF`, cut after any part.
    private func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0]
        guard [2, 4, 6].contains(whole.count), number(whole) != nil else { return false }
        let limits = [23, 59, 60]
        for (index, limit) in limits.prefix(whole.count / 2).enumerated() {
            guard let part = number(whole.dropFirst(2 * index).prefix(2)), part <= limit else { return false }
        }
        guard parts.count == 2 else { return true }
        return whole.count == 6 && (1...6).contains(parts[1].count) && number(parts[1]) != nil
    }

    /// `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, cut after any part.
    private func isDateTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        var instant = bytes
        if let sign = bytes.firstIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
            let zone = bytes[(sign + 1)...]
            guard zone.count == 4, number(zone) != nil else { return false }
            instant = bytes[..<sign]
        }
        let date = instant.prefix(8)
        switch date.count {
        case 4: return number(date) != nil
        case 6: return isDate(date + Array("01".utf8))
        case 8: return isDate(date) && (instant.count == 8 || isTime(instant.dropFirst(8)))
        default: return false
        }
    }

    private func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(Self.isDigit) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.drop { $0 == 0x20 }, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }
}
