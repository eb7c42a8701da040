extension CharacterSet {
    /// The text of `bytes`: one value, or several with the delimiters between them; padding is kept.
    ///
    /// Text of VRs that are always in the default repertoire (PS3.5 6.1.2.2) is read as in ``ascii``. For a VR that
    /// allows several values, a backslash in the result is always a delimiter.
    public func decode(_ bytes: ArraySlice<UInt8>, vr: VR) -> String {
        switch reading(of: bytes, vr: vr) {
        case .utf8: String(decoding: bytes, as: UTF8.self)
        case .gb18030(let reader): Self.text(reader)
        case .codeExtension(let reader): Self.text(reader)
        }
    }

    /// The text of ``decode(_:vr:)`` in UTF-8: the bytes themselves when they are ASCII.
    func utf8(_ bytes: ArraySlice<UInt8>, vr: VR) -> ArraySlice<UInt8> {
        if case .utf8 = reading(of: bytes, vr: vr), bytes.reduce(0, |) < 0x80 { return bytes }
        return Array(decode(bytes, vr: vr).utf8)[...]
    }

    /// The values of `bytes`, still encoded; one when the VR does not allow several (PS3.5 6.4).
    ///
    /// A byte 5C that is half of a character, as JIS X 0208, GB 18030 and Shift JIS have them, parts nothing. A part read
    /// by itself gives the same text, but for what is guessed where the standard gives it no meaning.
    public func split(_ bytes: ArraySlice<UInt8>, vr: VR) -> [ArraySlice<UInt8>] {
        guard vr.allowsMultipleValues else { return [bytes] }
        return switch reading(of: bytes, vr: vr) {
        case .utf8: bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
        case .gb18030(let reader): Self.split(bytes, reader)
        case .codeExtension(let reader): Self.split(bytes, reader)
        }
    }

    private static func text(_ reader: some TextReader) -> String {
        var text = String.UnicodeScalarView()
        for unit in reader {
            switch unit {
            case .character(let character): text.append(character)
            case .delimiter(let byte): text.append(Unicode.Scalar(byte))
            }
        }
        return String(text)
    }

    private static func split(_ bytes: ArraySlice<UInt8>, _ reader: some TextReader) -> [ArraySlice<UInt8>] {
        var reader = reader
        var values: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        while let unit = reader.next() {
            guard unit == .delimiter(UInt8(ascii: "\\")) else { continue }
            values.append(bytes[start..<reader.index - 1])
            start = reader.index
        }
        values.append(bytes[start...])
        return values
    }
}

extension CharacterSet {
    /// How given bytes are to be read.
    private enum Reading {
        /// As they are: UTF-8, of which ASCII is a part.
        case utf8
        case gb18030(GB18030Reader)
        case codeExtension(CodeExtensionReader)
    }

    private func reading(of bytes: ArraySlice<UInt8>, vr: VR) -> Reading {
        let encoding = vr.usesCharacterSet ? encoding : CharacterSet.ascii.encoding
        guard encoding != .utf8 else { return .utf8 }
        let content = Content(bytes)
        let delimiters = TextDelimiters(vr)
        switch encoding {
        case .utf8: return .utf8
        case .gb18030:
            return content.isEightBit ? .gb18030(GB18030Reader(bytes, delimiters: delimiters)) : .utf8
        case .codeExtension(let initial, let fallback):
            if !content.hasEscape {
                if !content.isEightBit && (initial.left == .ascii || !content.hasNationalCodes) { return .utf8 }
                // The right half has no meaning by what is declared.
                if initial.right == nil && String(validating: bytes, as: UTF8.self) != nil { return .utf8 }
            }
            return .codeExtension(
                CodeExtensionReader(bytes, delimiters: delimiters, initial: initial, fallback: fallback))
        }
    }

    /// What a glance at the bytes shows; most text needs no more.
    private struct Content {
        /// Whether there are bytes over 7F.
        private(set) var isEightBit = false
        /// Whether there is an ESC.
        private(set) var hasEscape = false
        /// Whether there are codes 5C or 7E, which JIS X 0201 has for other characters than ASCII.
        private(set) var hasNationalCodes = false

        init(_ bytes: ArraySlice<UInt8>) {
            for byte in bytes {
                if byte >= 0x80 { isEightBit = true }
                if byte == 0x1B { hasEscape = true }
                if byte == 0x5C || byte == 0x7E { hasNationalCodes = true }
            }
        }
    }
}
