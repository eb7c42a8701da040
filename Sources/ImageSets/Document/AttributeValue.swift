import DICOM

/// The value of one element in the forms of the metadata document.
///
/// - Binary values (OB OW OF OD OL OV UN) are base64; an empty one is "".
/// - Every other empty value is null; a value of nothing but padding is empty.
/// - US SS UL SL FL FD SV UV are numbers, AT eight upper-case digits, text is text.
/// - An attribute that may have several values by PS3.6 is a list, also with one value; an attribute PS3.6 does not know
///   is a list when it has several. A single-valued text attribute is one string, whatever backslashes it holds.
/// - DS and IS are strings with the spaces they came with, all other text is without trailing padding.
struct AttributeValue {
    /// How many values PS3.6 allows.
    enum Multiplicity {
        case one, many, unknown

        init(of tag: Tag) {
            guard let multiplicity = DataDictionary.entry(for: tag)?.valueMultiplicity else {
                self = .unknown
                return
            }
            self = multiplicity.max == 1 ? .one : .many
        }
    }

    let bytes: ArraySlice<UInt8>
    let vr: VR
    let multiplicity: Multiplicity

    /// Appends the value; its text is in `characterSet`.
    func write(in characterSet: CharacterSet, to json: inout JSONWriter) {
        switch vr {
        case .OB, .OD, .OF, .OL, .OV, .OW, .UN: json.base64(bytes)
        // Bytes that claim to be a sequence and are none.
        case .SQ: bytes.isEmpty ? json.null() : json.base64(bytes)
        case .US: writeWords(UInt16.self, to: &json) { $1.number($0) }
        case .SS: writeWords(UInt16.self, to: &json) { $1.number(Int16(bitPattern: $0)) }
        case .UL: writeWords(UInt32.self, to: &json) { $1.number($0) }
        case .SL: writeWords(UInt32.self, to: &json) { $1.number(Int32(bitPattern: $0)) }
        case .UV: writeWords(UInt64.self, to: &json) { $1.number($0) }
        case .SV: writeWords(UInt64.self, to: &json) { $1.number(Int64(bitPattern: $0)) }
        case .FL: writeWords(UInt32.self, to: &json) { $1.number(Float(bitPattern: $0)) }
        case .FD: writeWords(UInt64.self, to: &json) { $1.number(Double(bitPattern: $0)) }
        // Group and element are 16-bit words each (PS3.5 6.2), so the lower half of the little-endian word is the group.
        case .AT: writeWords(UInt32.self, to: &json) { $1.string(Tag(rawValue: $0 << 16 | $0 >> 16).hexadecimal) }
        default: writeText(in: characterSet, to: &json)
        }
    }

    /// Writes whole words; bytes that are not enough for one more are dropped.
    private func writeWords<Word: FixedWidthInteger & UnsignedInteger>(
        _ type: Word.Type, to json: inout JSONWriter, _ write: (Word, inout JSONWriter) -> Void
    ) {
        let size = Word.bitWidth / 8
        let count = bytes.count / size
        guard count > 0 else { return json.null() }
        let isList = multiplicity == .many || count > 1
        if isList { json.beginArray() }
        for index in 0..<count {
            let start = bytes.startIndex + index * size
            write(bytes[start..<start + size].reversed().reduce(0) { $0 << 8 | Word($1) }, &json)
        }
        if isList { json.endArray() }
    }

    private func writeText(in characterSet: CharacterSet, to json: inout JSONWriter) {
        let content = bytes.withoutTrailingPadding
        guard !content.isEmpty else { return json.null() }
        let text = keepsSpaces ? bytes.withoutTrailingNULs : content
        if multiplicity == .one {
            write(text, in: characterSet, to: &json)
        } else if multiplicity == .unknown, !text.contains(UInt8(ascii: "\\")) {
            write(text, in: characterSet, to: &json)
        } else {
            let values = characterSet.split(text, vr: vr)
            let isList = multiplicity == .many || values.count > 1
            if isList { json.beginArray() }
            for value in values { write(value, in: characterSet, to: &json) }
            if isList { json.endArray() }
        }
    }

    private func write(_ text: ArraySlice<UInt8>, in characterSet: CharacterSet, to json: inout JSONWriter) {
        let value = keepsSpaces ? text : text.withoutTrailingPadding
        if vr.usesCharacterSet && !value.isInvariantText {
            json.string(characterSet.decode(value, vr: vr))
        } else {
            json.string(utf8: value)
        }
    }

    private var keepsSpaces: Bool {
        vr == .DS || vr == .IS
    }
}

extension ArraySlice<UInt8> {
    fileprivate var withoutTrailingNULs: ArraySlice<UInt8> {
        self[startIndex..<(lastIndex { $0 != 0 }.map { $0 + 1 } ?? startIndex)]
    }
}
