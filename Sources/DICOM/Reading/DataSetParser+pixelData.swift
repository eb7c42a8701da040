extension DataSetParser {
    /// Notes where the data set's own pixel data lies and steps over it (PS3.5 section 8 and A.4).
    mutating func locatePixelData(_ header: ElementHeader, _ encoding: ElementEncoding) throws(DICOMError) {
        let tag = header.tag
        if pixelData != nil { warn(.duplicateElement, tag, at: position, "pixel data twice; the later one stays") }
        let end = window.count
        let start = header.valueOffset
        let length = header.length ?? end - start
        let present = min(length, max(0, end - start))
        var isFragmented = header.length == nil
        if isEncapsulated, present >= 8 {
            // A given length around fragments, in an encapsulated transfer syntax, is against A.4 but not ambiguous.
            let first = try window.tag(at: start, isBigEndian: encoding.isBigEndian)
            isFragmented = isFragmented || first == .item
        }
        if isFragmented {
            let (stream, next) = try scanFragments(tag, from: start, before: start + present, encoding)
            pixelData = PixelData(tag: tag, vr: .OB, form: .encapsulated(stream))
            position = next
            return
        }
        if present < length {
            warn(.truncatedPixelData, tag, at: position, "\(present) of \(length) bytes of pixel data are there")
        } else if !length.isMultiple(of: 2) {
            warn(.oddLength, tag, at: position, "a value of odd length")
        }
        pixelData = PixelData(
            tag: tag, vr: nativeVR(header),
            form: .native(offset: start, length: present, declaredLength: length, isBigEndian: encoding.isBigEndian))
        position = start + present
    }

    private func nativeVR(_ header: ElementHeader) -> VR {
        if let vr = header.vr, vr != .UN { return vr }
        return VR.resolved(for: header.tag, in: levels[0].context)
    }

    /// Finds the items of an encapsulated value, one by one, without reading what is in them.
    ///
    /// Gives them and the first byte after them. What ends early or is no item ends the stream, unterminated.
    mutating func scanFragments(
        _ tag: Tag, from start: Int, before end: Int, _ encoding: ElementEncoding
    ) throws(DICOMError) -> (Encapsulated, next: Int) {
        var stream = Encapsulated(basicOffsetTable: [], fragments: [], isTerminated: false, firstItemOffset: start)
        var offset = start
        var isTable = true
        while end - offset >= 8 {
            // Fragments are mostly far apart: reading a whole window for each header would read the file.
            let bytes = try window.bytes(at: offset, count: 8, readAhead: 512)
            let itemTag = ByteWindow.tag(bytes, isBigEndian: encoding.isBigEndian)
            if itemTag == .sequenceDelimitation {
                stream.isTerminated = true
                return (stream, offset + 8)
            }
            guard itemTag == .item else {
                warn(.malformedEncapsulation, tag, at: offset, "something else where a fragment should be")
                return (stream, offset)
            }
            let declared = Int(ByteWindow.word32(bytes, 4, encoding.isBigEndian))
            let length = min(declared, end - offset - 8)
            if length < declared {
                warn(.truncatedPixelData, tag, at: offset, "\(length) of \(declared) bytes of a fragment are there")
            }
            if isTable {
                stream.basicOffsetTable = try offsetTable(tag, at: offset + 8, count: length, encoding)
                stream.firstItemOffset = offset + 8 + length
                isTable = false
            } else {
                guard stream.fragments.count < options.maximumFragments else {
                    throw DICOMError(.tooLarge, tag: tag, offset: offset, "more fragments than the limit")
                }
                stream.fragments.append(.init(offset: offset + 8, length: length, itemOffset: offset))
            }
            offset += 8 + length
        }
        warn(.malformedEncapsulation, tag, at: offset, "the sequence of fragments ends without its delimiter")
        return (stream, end)
    }

    private mutating func offsetTable(
        _ tag: Tag, at offset: Int, count: Int, _ encoding: ElementEncoding
    ) throws(DICOMError) -> [UInt32] {
        guard count.isMultiple(of: 4), count / 4 <= options.maximumFragments else {
            warn(.malformedEncapsulation, tag, at: offset, "an offset table that is no list of offsets; left out")
            return []
        }
        let words = LittleEndian.words(try window.bytes(at: offset, count: count), of: UInt32.self)
        return encoding.isBigEndian ? words.map(\.byteSwapped) : words
    }
}

extension Tag {
    /// The delimiters of items and sequences (PS3.5 7.5).
    static let item = Tag(0xFFFE, 0xE000)
    static let itemDelimitation = Tag(0xFFFE, 0xE00D)
    static let sequenceDelimitation = Tag(0xFFFE, 0xE0DD)

    /// Whether this is Pixel Data, Float Pixel Data or Double Float Pixel Data.
    var isPixelData: Bool {
        self == .pixelData || self == .floatPixelData || self == .doubleFloatPixelData
    }
}
