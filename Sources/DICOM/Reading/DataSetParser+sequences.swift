extension DataSetParser {
    mutating func openSequence(_ header: ElementHeader, _ encoding: ElementEncoding) throws(DICOMError) {
        guard sequences.count < options.maximumDepth else {
            throw DICOMError(
                .tooDeep, tag: header.tag, offset: position, "sequences deeper than \(options.maximumDepth)")
        }
        let bounds = try bounds(of: header, in: bounds, header.tag, encoding)
        sequences.append(OpenSequence(tag: header.tag, bounds: bounds))
        position = min(header.valueOffset, bounds.end)
    }

    /// Opens the next item of the innermost sequence, or closes that.
    mutating func readItem() throws(DICOMError) {
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
            try endsShort(tag, "the data set ends inside a sequence")
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
            // A length that reads as this very element's VR is none.
            guard let vr = VR(letters[letters.startIndex], letters[letters.startIndex + 1]),
                DataDictionary.entry(for: tag)?.allows(vr) == true
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

    mutating func closeItem() {
        let level = levels.removeLast()
        sequences[sequences.count - 1].items.append(finished(level, offset: position))
    }

    private mutating func closeSequence() {
        let sequence = sequences.removeLast()
        append(DataElement(sequence.tag, .SQ, .items(sequence.items)))
    }

    /// The elements of a level in order, each once.
    mutating func finished(_ level: Level, offset: Int) -> DataSet {
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
