import DICOM

/// Looks at every value of a data set, those inside sequences included: UIDs for their form (PS3.5 9.1), text for the
/// length its VR allows (PS3.5 table 6.2-1).
struct ValueCheck {
    private var invalidUIDs = NamedAttributes()
    private var overlongValues = NamedAttributes()

    /// What was found so far.
    var warnings: [ImportWarning] {
        [
            invalidUIDs.warning(.invalidUIDFormat, "The file was imported but contains a UID in an invalid format"),
            overlongValues.warning(
                .invalidDICOMValueLength,
                "The file was imported but contains a value longer than its value representation allows, "
                    + "that attribute may not be searchable"),
        ].compactMap(\.self)
    }

    /// Checks `dataSet`; items take over `inherited` until they name a character set of their own.
    mutating func check(_ dataSet: DataSet, inherited: CharacterSet = .ascii) {
        let characterSet = dataSet.characterSet(inheriting: inherited)
        for element in dataSet.elements {
            switch element.value {
            case .items(let items):
                for item in items { check(item, inherited: characterSet) }
            case .bytes(let bytes) where element.vr == .UI:
                checkUIDs(bytes, of: element.tag)
            case .bytes(let bytes) where element.vr.isText:
                if isOverlong(bytes, element.vr, characterSet) { overlongValues.insert(element.tag) }
            default:
                break
            }
        }
    }

    private mutating func checkUIDs(_ bytes: ArraySlice<UInt8>, of tag: Tag) {
        let isLenient = ImportLimits.lenientUIDs.contains(tag)
        let longest = isLenient ? ImportLimits.lenientUIDLength : 64
        for value in bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: true) {
            let uid = value.withoutTrailingPadding
            guard !uid.isEmpty else { continue }
            if uid.count > longest { overlongValues.insert(tag) }
            if !ValueCheck.isUID(uid, allowingLeadingZeros: isLenient) { invalidUIDs.insert(tag) }
        }
    }

    /// Whether `uid` consists of numbers parted by single dots, without leading zeros unless those are allowed.
    static func isUID(_ uid: ArraySlice<UInt8>, allowingLeadingZeros: Bool) -> Bool {
        var digits = 0
        var hasLeadingZero = false
        for byte in uid {
            switch byte {
            case UInt8(ascii: "."):
                guard digits > 0 else { return false }
                digits = 0
            case 0x30...0x39:
                if digits == 0 { hasLeadingZero = byte == UInt8(ascii: "0") }
                digits += 1
                guard allowingLeadingZeros || !hasLeadingZero || digits == 1 else { return false }
            default:
                return false
            }
        }
        return digits > 0
    }

    private func isOverlong(_ bytes: ArraySlice<UInt8>, _ vr: VR, _ characterSet: CharacterSet) -> Bool {
        // No character has less than one byte, so few bytes cannot be too long.
        guard let limit = ValueCheck.limit(vr), bytes.count > limit else { return false }
        return characterSet.split(bytes, vr: vr).contains { value in
            let value = value.withoutTrailingPadding
            guard value.count > limit else { return false }
            guard vr.usesCharacterSet else { return true }
            let text = characterSet.decode(value, vr: vr).unicodeScalars
            guard vr == .PN else { return text.count > limit }
            return text.split(separator: "=").contains { $0.count > limit }
        }
    }

    /// The greatest length of one value in characters, for PN of one component group; nil: none below 4 GiB.
    static func limit(_ vr: VR) -> Int? {
        switch vr {
        case .AS: 4
        case .DA: 8
        case .IS: 12
        case .TM: 14
        case .AE, .CS, .DS, .SH: 16
        case .DT: 26
        case .LO, .PN: 64
        case .ST: 1024
        case .LT: 10240
        default: nil
        }
    }
}
