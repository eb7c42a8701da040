/// Tag, VR and length of a data element or item, as written (PS3.5 7.1, 7.5).
struct ElementHeader {
    /// The tag.
    var tag: Tag
    /// The VR as written; nil in implicit VR, for items and delimiters, and for codes PS3.5 does not define.
    var vr: VR?
    /// The length as written; nil when undefined (FFFFFFFF).
    var length: Int?
    /// The first byte of the value.
    var valueOffset: Int
    /// Whether the VR field holds no VR of PS3.5.
    var hasUnknownVR = false
    /// Whether this element alone, among explicit ones, is written without VR.
    var isUnexpectedlyImplicit = false

    /// Whether the value ends at or before `end`; true for an undefined length.
    func fits(before end: Int) -> Bool {
        guard valueOffset <= end, let length else { return valueOffset <= end }
        return length <= end - valueOffset
    }
}

extension ByteWindow {
    /// The header at `offset`, at least 8 bytes before `end`.
    mutating func header(
        at offset: Int, before end: Int, _ encoding: ElementEncoding
    ) throws(DICOMError) -> ElementHeader {
        let bytes = try bytes(at: offset, count: 8)
        let tag = ByteWindow.tag(bytes, isBigEndian: encoding.isBigEndian)
        if encoding.isImplicit || tag.group == 0xFFFE {
            let length = ByteWindow.word32(bytes, 4, encoding.isBigEndian)
            return ElementHeader(tag: tag, vr: nil, length: ByteWindow.length(length), valueOffset: offset + 8)
        }
        let letters = bytes.dropFirst(4).prefix(2)
        if let vr = VR(letters[letters.startIndex], letters[letters.startIndex + 1]) {
            return try explicitHeader(tag, vr, bytes, at: offset, before: end, encoding)
        }
        return try headerOfUnknownVR(tag, bytes, at: offset, before: end, encoding)
    }

    private mutating func explicitHeader(
        _ tag: Tag, _ vr: VR, _ bytes: ArraySlice<UInt8>, at offset: Int, before end: Int, _ encoding: ElementEncoding
    ) throws(DICOMError) -> ElementHeader {
        let short = ElementHeader(
            tag: tag, vr: vr, length: Int(ByteWindow.word16(bytes, 6, encoding.isBigEndian)), valueOffset: offset + 8)
        guard vr.hasLongLength else { return short }
        guard end - offset >= 12 else {
            throw DICOMError(.truncated, tag: tag, offset: offset, "the header of the element is cut")
        }
        let length = ByteWindow.word32(try self.bytes(at: offset + 8, count: 4), 0, encoding.isBigEndian)
        let long = ElementHeader(tag: tag, vr: vr, length: ByteWindow.length(length), valueOffset: offset + 12)
        // Some writers give these VRs a two-byte length: the reserved bytes, zero by PS3.5 7.1.2, then hold it.
        let reserved = ByteWindow.word16(bytes, 6, encoding.isBigEndian)
        return reserved != 0 && !long.fits(before: end) && short.fits(before: end) ? short : long
    }

    /// Finds the length of an element whose VR PS3.5 does not define.
    ///
    /// PS3.5 6.2 promises that new VRs have four-byte lengths after two reserved bytes. Files also have blanked VRs with
    /// two-byte lengths, and single elements in implicit VR. The first of these readings that ends at `end` or before a
    /// higher tag is taken; else the first that fits.
    private mutating func headerOfUnknownVR(
        _ tag: Tag, _ bytes: ArraySlice<UInt8>, at offset: Int, before end: Int, _ encoding: ElementEncoding
    ) throws(DICOMError) -> ElementHeader {
        let letters = bytes.dropFirst(4).prefix(2)
        let hasLetters = letters.allSatisfy { (0x41...0x5A).contains($0) }
        let reserved = ByteWindow.word16(bytes, 6, encoding.isBigEndian)
        let short = ElementHeader(
            tag: tag, vr: nil, length: Int(reserved), valueOffset: offset + 8, hasUnknownVR: true)
        var readings = [short]
        if reserved == 0, end - offset >= 12 {
            let length = ByteWindow.word32(try self.bytes(at: offset + 8, count: 4), 0, encoding.isBigEndian)
            let long = ElementHeader(
                tag: tag, vr: nil, length: ByteWindow.length(length), valueOffset: offset + 12, hasUnknownVR: true)
            readings.insert(long, at: hasLetters ? 0 : 1)
        }
        if !hasLetters {
            let length = ByteWindow.word32(bytes, 4, encoding.isBigEndian)
            let implicit = ElementHeader(
                tag: tag, vr: nil, length: ByteWindow.length(length), valueOffset: offset + 8,
                isUnexpectedlyImplicit: true)
            readings.insert(implicit, at: 0)
        }
        for reading in readings where reading.fits(before: end) {
            if try isFollowedInOrder(reading, before: end, encoding) { return reading }
        }
        guard let reading = readings.first(where: { $0.fits(before: end) }) else {
            throw DICOMError(.invalidVR, tag: tag, offset: offset, "an unknown VR, and no length that fits")
        }
        return reading
    }

    private mutating func isFollowedInOrder(
        _ header: ElementHeader, before end: Int, _ encoding: ElementEncoding
    ) throws(DICOMError) -> Bool {
        let next = header.valueOffset + (header.length ?? 0)
        if next == end { return true }
        guard end - next >= 8 else { return false }
        let nextTag = try tag(at: next, isBigEndian: encoding.isBigEndian)
        return header.length == nil ? nextTag.group == 0xFFFE : nextTag > header.tag
    }

    /// A four-byte length; nil for the undefined one.
    private static func length(_ word: UInt32) -> Int? {
        word == .max ? nil : Int(word)
    }
}
