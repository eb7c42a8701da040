extension DataSetParser {
    /// Reads the next element of the data set itself; false at its end.
    mutating func readElementOfDataSet() throws(DICOMError) -> Bool {
        guard position < bounds.end else { return false }
        guard bounds.end - position >= 8 else { return try endWithTrailingBytes(nil) }
        let header: ElementHeader
        do {
            header = try window.header(at: position, before: bounds.end, bounds.encoding)
        } catch let error where error.code != .unreadable {
            return try endWithTrailingBytes(error.tag, error)
        }
        if header.tag.rawValue == 0, header.length == 0 { return try skipZeros() }
        switch header.tag {
        case .item:
            let error = DICOMError(.invalidSequence, tag: .item, offset: position, "an item outside a sequence")
            return try endWithTrailingBytes(nil, error)
        case .itemDelimitation, .sequenceDelimitation:
            warn(.misplacedDelimiter, header.tag, at: position, "a delimiter outside a sequence; left out")
            position += 8
            return true
        default: break
        }
        guard header.fits(before: bounds.end) || header.tag.isPixelData else {
            // Else it is what a writer left behind.
            if !header.tag.isGroupLength, bounds.encoding.isPlausible(header) {
                warn(.discardedElement, header.tag, at: position, "an element that ends after the data set; left out")
            }
            return try endWithTrailingBytes(header.tag)
        }
        try readValue(header)
        return true
    }

    /// Ends the data set before bytes that are no element: an error unless they can be told from a cut element.
    ///
    /// Padding zeros, and anything after pixel data or with a tag below the one before, is taken for trailing bytes.
    private mutating func endWithTrailingBytes(_ tag: Tag?, _ error: DICOMError? = nil) throws(DICOMError) -> Bool {
        let last = levels[0].elements.last?.tag
        let isOutOfOrder = if let tag, let last { tag < last } else { false }
        let isZero = try zerosAhead() == min(ByteWindow.size, window.count - position)
        guard pixelData != nil || isOutOfOrder || isZero else {
            throw error
                ?? DICOMError(.truncated, tag: tag ?? last, offset: position, "the data set ends inside an element")
        }
        warn(.trailingBytes, at: position, "\(window.count - position) bytes after the last element")
        return false
    }

    /// Ends the data set before zeros, or steps over them when something follows within a window.
    private mutating func skipZeros() throws(DICOMError) -> Bool {
        let zeros = try zerosAhead()
        guard zeros < min(ByteWindow.size, window.count - position) else { return try endWithTrailingBytes(nil) }
        warn(.discardedElement, at: position, "zeros where an element should be; left out")
        // The header's own eight bytes may have letters in them.
        position += max(8, zeros & ~7)
        return true
    }

    /// The number of zero bytes at the position, as far as one window shows.
    private mutating func zerosAhead() throws(DICOMError) -> Int {
        let bytes = try window.bytes(at: position, count: min(ByteWindow.size, window.count - position))
        return (bytes.firstIndex { $0 != 0 } ?? bytes.endIndex) - bytes.startIndex
    }

    mutating func readElementOfItem() throws(DICOMError) {
        let bounds = bounds
        let remaining = bounds.end - position
        if remaining == 0, bounds.isDefined { return closeItem() }
        guard remaining >= 8 else {
            try endsInside(bounds, "an item ends without its delimiter or inside an element")
            return closeItem()
        }
        let header: ElementHeader
        do {
            header = try window.header(at: position, before: bounds.end, bounds.encoding)
        } catch let error where bounds.isCertain && error.code != .unreadable {
            warn(
                .discardedElement, error.tag, at: position,
                "bytes that are no element; the rest of the item is left out")
            position = bounds.end
            return closeItem()
        }
        switch header.tag {
        case .itemDelimitation:
            if bounds.isDefined {
                warn(.misplacedDelimiter, header.tag, at: position, "a delimiter in an item of given length")
            }
            position += 8
            if !bounds.isDefined { closeItem() }
        case .item, .sequenceDelimitation:
            warn(.misplacedDelimiter, header.tag, at: position, "an item without its end")
            closeItem()
        default:
            if header.tag.rawValue == 0, header.length == 0, bounds.isDefined {
                warn(.trailingBytes, at: position, "zeros at the end of an item")
                position = bounds.end
                return closeItem()
            }
            try readValue(header)
        }
    }

    /// Steps to the end of what ends too early: an error when bytes are missing.
    mutating func endsInside(_ bounds: Bounds, _ message: String) throws(DICOMError) {
        let tag = sequences.last?.tag
        if bounds.isCertain {
            warn(.misplacedDelimiter, tag, at: position, message)
        } else {
            try endsShort(tag, "the data set ends inside a sequence")
        }
        position = bounds.end
    }

    /// Takes note that the data set ends inside an element of an item: an error, unless the pixel data is whole by then.
    mutating func endsShort(_ tag: Tag?, _ message: String) throws(DICOMError) {
        guard pixelData != nil else { throw DICOMError(.truncated, tag: tag, offset: position, message) }
        warn(.discardedElement, tag, at: position, message)
    }

    /// Reads the value of an element, or opens its sequence.
    private mutating func readValue(_ header: ElementHeader) throws(DICOMError) {
        let start = position
        let tag = header.tag
        let isRoot = levels.count == 1
        var encoding = bounds.encoding
        try charge(elements: 1, tag, at: start)
        if header.isUnexpectedlyImplicit {
            warn(.encodingMismatch, tag, at: start, "an element without VR among others with VR")
            encoding = .implicitLittleEndian
        } else if header.hasUnknownVR {
            warn(.unknownVR, tag, at: start, "a VR that PS3.5 does not define")
        }
        if isRoot, tag.isPixelData { return try locatePixelData(header, encoding) }
        guard let vr = try vr(of: header, encoding) else {
            warn(.discardedElement, tag, at: start, "an element of group 0000 or 0002 does not belong in a data set")
            position = min(header.valueOffset + (header.length ?? 0), bounds.end)
            return
        }
        // PS3.5 6.2.2: a UN value is written in implicit VR little endian whatever surrounds it.
        let isUnknown = header.vr == .UN
        if vr == .SQ { return try openSequence(header, isUnknown ? .implicitLittleEndian : encoding) }
        guard let length = header.length else { return try readItemStream(header, vr, encoding) }
        let present = min(length, max(0, bounds.end - header.valueOffset))
        if present < length {
            if bounds.isCertain {
                warn(.overlongValue, tag, at: start, "a value longer than its item; cut at the item's end")
            } else {
                try endsShort(tag, "the data set ends inside a value")
            }
        }
        if !length.isMultiple(of: 2) { warn(.oddLength, tag, at: start, "a value of odd length") }
        position = header.valueOffset + present
        if tag.isGroupLength { return }
        try add(tag, vr, at: header.valueOffset, count: present, isBigEndian: encoding.isBigEndian && !isUnknown)
    }

    /// The VR of an element as it shall be kept; nil for elements that do not belong in a data set.
    private mutating func vr(of header: ElementHeader, _ encoding: ElementEncoding) throws(DICOMError) -> VR? {
        let tag = header.tag
        guard tag.group != 0, tag.group != 2 else { return nil }
        if let vr = header.vr, vr != .UN {
            return vr
        }
        var vr = resolvedVR(tag)
        // In big endian, a code PS3.5 does not know gives no word size to turn its bytes by.
        if header.hasUnknownVR, encoding.isBigEndian { vr = .UN }
        guard let length = header.length else {
            // PS3.5 6.2.2, 7.5: without VR, only a sequence has undefined length.
            return tag == .pixelData ? .OB : .SQ
        }
        guard vr == .SQ, length > 0 else { return vr }
        let isLittle = header.vr == .UN || !encoding.isBigEndian
        guard length >= 8, header.fits(before: bounds.end),
            (try window.tag(at: header.valueOffset, isBigEndian: !isLittle)).group == 0xFFFE
        else { return .UN }
        return .SQ
    }

    private mutating func resolvedVR(_ tag: Tag) -> VR {
        var context = levels[levels.count - 1].context
        if context.pixelRepresentation == nil {
            context.pixelRepresentation =
                levels.last { $0.context.pixelRepresentation != nil }?.context.pixelRepresentation
        }
        let vr = VR.resolved(for: tag, in: context)
        if vr == .US, context.pixelRepresentation == nil { hasUnresolvedSign = true }
        return vr
    }

    /// Keeps a value: in memory, or as bulk where it lies.
    private mutating func add(
        _ tag: Tag, _ vr: VR, at offset: Int, count length: Int, isBigEndian: Bool
    ) throws(DICOMError) {
        guard length <= options.bulkThreshold || !vr.isBinary else {
            let bulk = BulkValue(offset: offset, length: length, isBigEndian: isBigEndian && vr.wordSize > 1)
            return append(DataElement(tag, vr, .bulk(bulk)))
        }
        try charge(bytes: length, tag, at: offset)
        // A copy of its own: a slice would keep the whole window alive.
        var bytes = Array(try window.bytes(at: offset, count: length))
        if isBigEndian { LittleEndian.swapWords(&bytes, size: vr.wordSize) }
        note(tag, bytes)
        append(DataElement(tag, vr, .bytes(bytes[...])))
    }

    /// Remembers the values that decide the VRs of others.
    private mutating func note(_ tag: Tag, _ bytes: [UInt8]) {
        guard bytes.count >= 2 else { return }
        let first = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
        if tag == .pixelRepresentation { levels[levels.count - 1].context.pixelRepresentation = first }
        if tag == .lutDescriptor { levels[levels.count - 1].context.lutEntryCount = first }
    }

    mutating func append(_ element: DataElement) {
        levels[levels.count - 1].elements.append(element)
    }

    /// Keeps a value that is a stream of fragments inside a data set: an icon's encapsulated pixel data (PS3.5 A.4).
    ///
    /// The stream is kept with its items and its delimiter, which ``PartTenWriter`` writes out again.
    private mutating func readItemStream(
        _ header: ElementHeader, _ vr: VR, _ encoding: ElementEncoding
    ) throws(DICOMError) {
        let end = bounds.end
        guard vr.isBinary, end - header.valueOffset >= 8,
            (try window.tag(at: header.valueOffset, isBigEndian: encoding.isBigEndian)).group == 0xFFFE
        else {
            throw DICOMError(
                .invalidLength, tag: header.tag, offset: position, "an undefined length where none may be")
        }
        let (stream, next) = try scanFragments(header.tag, from: header.valueOffset, before: end, encoding)
        guard stream.isTerminated || bounds.isCertain else {
            throw DICOMError(.truncated, tag: header.tag, offset: position, "the data set ends inside a value")
        }
        position = next
        try add(header.tag, vr, at: header.valueOffset, count: next - header.valueOffset, isBigEndian: false)
    }
}
