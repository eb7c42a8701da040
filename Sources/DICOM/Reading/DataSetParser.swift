/// Reads one data set, element by element, with all the tolerance that real files need.
///
/// A state machine over an explicit stack: no depth of nesting in the bytes costs call stack. Every step consumes eight
/// bytes or closes an item or sequence, so that it ends. Where a length contradicts the one around it, the outer one holds.
struct DataSetParser {
    /// How far an item or sequence goes, and how it is written.
    struct Bounds {
        /// Where it must end: the end of its length, at most that of what encloses it.
        var end: Int
        /// Whether its length is given; else a delimiter ends it.
        var isDefined: Bool
        /// Whether `end` follows from a length that lies within the content. If not, it is merely the content's end, and
        /// what runs into it is cut: bytes are missing.
        var isCertain: Bool
        var encoding: ElementEncoding
    }

    /// An item being read, or the data set itself.
    struct Level {
        var elements: [DataElement] = []
        var context = VRContext()
        let bounds: Bounds
    }

    /// A sequence being read.
    struct OpenSequence {
        let tag: Tag
        var items: [DataSet] = []
        let bounds: Bounds
    }

    let options: PartTenReader.Options
    var window: ByteWindow
    var position: Int
    // INVARIANT: levels[i + 1] is the item being read of sequences[i]; one level more than sequences inside an item or
    // the data set itself, as many between the items of the last sequence.
    var levels: [Level]
    var sequences: [OpenSequence] = []
    /// The data set's own pixel data, once met.
    var pixelData: PixelData?
    var warnings: [ReadingWarning]
    /// Whether pixel data is encapsulated by the transfer syntax.
    let isEncapsulated: Bool
    private var elementCount = 0
    private var headerBytes = 0
    private var hasUnresolvedSign = false

    init(
        _ window: ByteWindow, at offset: Int, _ encoding: ElementEncoding, isEncapsulated: Bool,
        options: PartTenReader.Options, warnings: [ReadingWarning]
    ) {
        self.options = options
        self.window = window
        self.isEncapsulated = isEncapsulated
        self.warnings = warnings
        position = offset
        levels = [Level(bounds: Bounds(end: window.count, isDefined: true, isCertain: false, encoding: encoding))]
    }

    /// The data set from the start position to the end of the content.
    mutating func read() throws(DICOMError) -> DataSet {
        while true {
            if sequences.count == levels.count {
                try readItem()
            } else if levels.count > 1 {
                try readElementOfItem()
            } else if try !readElementOfDataSet() {
                break
            }
        }
        let dataSet = finished(levels[0], offset: position)
        return hasUnresolvedSign && levels[0].context.pixelRepresentation == 1
            ? dataSet.withSignedAlternatives : dataSet
    }

    mutating func warn(_ code: ReadingWarning.Code, _ tag: Tag? = nil, at offset: Int, _ message: String) {
        guard warnings.count < options.maximumWarnings else { return }
        warnings.append(ReadingWarning(code, tag: tag, offset: offset, message))
    }

    /// The bounds of the item being read, or the data set's.
    private var bounds: Bounds {
        levels[levels.count - 1].bounds
    }

    /// Counts elements or items, and the bytes of values that are held, against the limits.
    private mutating func charge(
        elements: Int = 0, bytes: Int = 0, _ tag: Tag, at offset: Int
    ) throws(DICOMError) {
        elementCount += elements
        headerBytes += bytes
        guard elementCount <= options.maximumElements, headerBytes <= options.maximumHeaderBytes else {
            throw DICOMError(.tooLarge, tag: tag, offset: offset, "the data set is over the limit for headers")
        }
    }
}

// MARK: Elements

extension DataSetParser {
    /// Reads the next element of the data set itself; false at its end.
    private mutating func readElementOfDataSet() throws(DICOMError) -> Bool {
        guard position < bounds.end else { return false }
        guard bounds.end - position >= 8 else { return try endWithTrailingBytes(nil) }
        let header: ElementHeader
        do {
            header = try window.header(at: position, before: bounds.end, bounds.encoding)
        } catch  where error.code != .unreadable {
            return try endWithTrailingBytes(error.tag, error)
        }
        if header.tag.rawValue == 0, try isZero(from: position) { return try endWithTrailingBytes(nil) }
        switch header.tag {
        case .item, .itemDelimitation, .sequenceDelimitation:
            guard header.tag != .item || pixelData != nil else {
                throw DICOMError(.invalidSequence, tag: header.tag, offset: position, "an item outside a sequence")
            }
            if header.tag == .item { return try endWithTrailingBytes(header.tag) }
            warn(.misplacedDelimiter, header.tag, at: position, "a delimiter outside a sequence; left out")
            position += 8
            return true
        default: break
        }
        guard header.fits(before: bounds.end) || header.tag.isPixelData else {
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
        let isZero = try isZero(from: position)
        guard pixelData != nil || isOutOfOrder || isZero else {
            throw error
                ?? DICOMError(.truncated, tag: tag ?? last, offset: position, "the data set ends inside an element")
        }
        warn(.trailingBytes, at: position, "\(window.count - position) bytes after the last element")
        return false
    }

    /// Whether nothing but zeros follows, as far as one window shows.
    private mutating func isZero(from offset: Int) throws(DICOMError) -> Bool {
        try window.bytes(at: offset, count: min(ByteWindow.size, window.count - offset)).allSatisfy { $0 == 0 }
    }

    private mutating func readElementOfItem() throws(DICOMError) {
        let bounds = bounds
        let remaining = bounds.end - position
        if remaining == 0, bounds.isDefined { return closeItem() }
        guard remaining >= 8 else {
            try endsInside(bounds, "an item ends without its delimiter or inside an element")
            return closeItem()
        }
        let header = try window.header(at: position, before: bounds.end, bounds.encoding)
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
    private mutating func endsInside(_ bounds: Bounds, _ message: String) throws(DICOMError) {
        let tag = sequences.last?.tag
        guard bounds.isCertain else {
            throw DICOMError(.truncated, tag: tag, offset: position, "the data set ends inside a sequence")
        }
        warn(.misplacedDelimiter, tag, at: position, message)
        position = bounds.end
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
            return position = header.valueOffset + (header.length ?? 0)
        }
        // PS3.5 6.2.2: a UN value is written in implicit VR little endian whatever surrounds it.
        let isUnknown = header.vr == .UN
        if vr == .SQ { return try openSequence(header, isUnknown ? .implicitLittleEndian : encoding) }
        guard let length = header.length else { return try readItemStream(header, vr, encoding) }
        let present = min(length, max(0, bounds.end - header.valueOffset))
        if present < length {
            guard bounds.isCertain else {
                throw DICOMError(.truncated, tag: tag, offset: start, "the data set ends inside a value")
            }
            warn(.overlongValue, tag, at: start, "a value longer than its item; cut at the item's end")
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

    private mutating func append(_ element: DataElement) {
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

// MARK: Sequences

extension DataSetParser {
    private mutating func openSequence(_ header: ElementHeader, _ encoding: ElementEncoding) throws(DICOMError) {
        guard sequences.count < options.maximumDepth else {
            throw DICOMError(
                .tooDeep, tag: header.tag, offset: position, "sequences deeper than \(options.maximumDepth)")
        }
        let bounds = try bounds(of: header, in: bounds, header.tag, encoding)
        sequences.append(OpenSequence(tag: header.tag, bounds: bounds))
        position = min(header.valueOffset, bounds.end)
    }

    /// Opens the next item of the innermost sequence, or closes that.
    private mutating func readItem() throws(DICOMError) {
        let tag = sequences[sequences.count - 1].tag
        let bounds = sequences[sequences.count - 1].bounds
        let remaining = bounds.end - position
        if remaining == 0, bounds.isDefined { return closeSequence() }
        guard remaining >= 8 else {
            try endsInside(bounds, "a sequence ends without its delimiter or inside an item")
            return closeSequence()
        }
        let header = try window.header(at: position, before: bounds.end, bounds.encoding)
        switch header.tag {
        case .item:
            try openItem(header, of: tag, bounds)
        case .sequenceDelimitation where !bounds.isDefined:
            position += 8
            closeSequence()
        case .sequenceDelimitation, .itemDelimitation:
            warn(.misplacedDelimiter, header.tag, at: position, "a delimiter between items")
            position += 8
        case _ where bounds.isDefined:
            warn(.discardedElement, tag, at: position, "something else where an item should be; the rest is left out")
            position = bounds.end
            closeSequence()
        default:
            warn(.misplacedDelimiter, tag, at: position, "a sequence without its delimiter")
            closeSequence()
        }
    }

    private mutating func openItem(
        _ header: ElementHeader, of sequence: Tag, _ bounds: Bounds
    ) throws(DICOMError) {
        try charge(elements: 1, sequence, at: position)
        var bounds = try self.bounds(of: header, in: bounds, sequence, bounds.encoding)
        position = header.valueOffset
        bounds.encoding = try encodingOfItem(of: sequence, bounds.encoding, before: bounds.end)
        levels.append(Level(bounds: bounds))
    }

    /// The bounds of a sequence or item within those of what encloses it.
    private mutating func bounds(
        of header: ElementHeader, in outer: Bounds, _ tag: Tag, _ encoding: ElementEncoding
    ) throws(DICOMError) -> Bounds {
        var bounds = Bounds(end: outer.end, isDefined: false, isCertain: outer.isCertain, encoding: encoding)
        guard let length = header.length else { return bounds }
        bounds.isDefined = true
        if length <= outer.end - header.valueOffset {
            bounds.end = header.valueOffset + length
            bounds.isCertain = true
        } else if outer.isCertain {
            warn(.overlongValue, tag, at: position, "a sequence or item longer than what encloses it; cut there")
        } else {
            throw DICOMError(.truncated, tag: tag, offset: position, "the data set ends inside a sequence")
        }
        return bounds
    }

    /// The encoding of the item at the position: some writers change between implicit and explicit VR inside sequences.
    private mutating func encodingOfItem(
        of sequence: Tag, _ encoding: ElementEncoding, before end: Int
    ) throws(DICOMError) -> ElementEncoding {
        guard !encoding.isBigEndian, end - position >= 8 else { return encoding }
        let bytes = try window.bytes(at: position, count: 8)
        let tag = ByteWindow.tag(bytes, isBigEndian: false)
        guard tag.group != 0xFFFE else { return encoding }
        let letters = bytes.dropFirst(4).prefix(2)
        if encoding.isImplicit {
            // A length longer than the item, whose bytes read as this element's own VR: explicit.
            guard Int(ByteWindow.word32(bytes, 4, false)) > end - position - 8,
                let vr = VR(letters[letters.startIndex], letters[letters.startIndex + 1]),
                DataDictionary.vrs(of: tag).contains(vr)
            else { return encoding }
            warn(.encodingMismatch, sequence, at: position, "an item with VRs in a sequence without")
            return .explicitLittleEndian
        }
        guard !letters.allSatisfy({ (0x41...0x5A).contains($0) }),
            try window.header(at: position, before: end, .implicitLittleEndian).fits(before: end)
        else { return encoding }
        warn(.encodingMismatch, sequence, at: position, "an item without VRs in a sequence with")
        return .implicitLittleEndian
    }

    private mutating func closeItem() {
        let level = levels.removeLast()
        sequences[sequences.count - 1].items.append(finished(level, offset: position))
    }

    private mutating func closeSequence() {
        let sequence = sequences.removeLast()
        append(DataElement(sequence.tag, .SQ, .items(sequence.items)))
    }

    /// The elements of a level in order, each once.
    private mutating func finished(_ level: Level, offset: Int) -> DataSet {
        let dataSet = DataSet(level.elements)
        if !DataSet.isStrictlyAscending(level.elements) {
            warn(.unorderedElements, at: offset, "elements that are not in ascending order")
        }
        if dataSet.count < level.elements.count {
            warn(.duplicateElement, at: offset, "elements that are there twice; the later one stays")
        }
        return dataSet
    }
}

extension DataSet {
    /// The same with SS for US where PS3.6 leaves the choice to Pixel Representation and that, 1, came later.
    fileprivate var withSignedAlternatives: DataSet {
        DataSet(
            elements.map { element in
                if case .items(let items) = element.value {
                    return DataElement(element.tag, .SQ, .items(items.map(\.withSignedAlternatives)))
                }
                guard element.vr == .US, element.tag < .pixelRepresentation,
                    DataDictionary.vrs(of: element.tag) == [.US, .SS]
                else { return element }
                return DataElement(element.tag, .SS, element.value)
            })
    }
}
