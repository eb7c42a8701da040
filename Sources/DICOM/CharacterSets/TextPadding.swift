extension VR {
    /// A text value without what does not count (PS3.5 6.2): spaces at its end, and for some VRs at its start. Files also
    /// pad with NUL.
    func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isPadding(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0 }
        guard let last = value.lastIndex(where: { !isPadding($0) }) else { return value[value.endIndex...] }
        let content = value[...last]
        return ignoresLeadingSpaces ? content.drop(while: isPadding) : content
    }

    private var ignoresLeadingSpaces: Bool {
        switch self {
        case .AE, .CS, .DS, .IS, .LO, .SH: true
        default: false
        }
    }
}
