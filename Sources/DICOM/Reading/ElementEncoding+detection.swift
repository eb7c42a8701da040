extension ElementEncoding {
    /// How far the bytes look like a data set in one encoding.
    struct Plausibility {
        /// The elements in a row, of at most ``depth``, whose headers make sense.
        var elements: Int
        /// Whether the walk came to the end of the bytes, to a sequence or to its limit, and not to nonsense.
        var isWhole: Bool

        /// Whether this is enough to take bytes of unknown origin for a data set.
        var isConvincing: Bool {
            elements >= 2 || (elements == 1 && isWhole)
        }
    }

    /// The most elements that are looked at.
    private static let depth = 6

    /// The encoding that the data set at `offset` most looks like; `declared` when it looks like that at least as much.
    ///
    /// Nil when it looks like none and none was declared.
    static func detect(
        _ window: inout ByteWindow, at offset: Int, declared: ElementEncoding?
    ) throws(DICOMError) -> ElementEncoding? {
        var best = declared
        var most = 0
        if let declared { most = try declared.plausibility(&window, at: offset).elements }
        for encoding in [explicitLittleEndian, implicitLittleEndian, explicitBigEndian] where encoding != declared {
            let plausibility = try encoding.plausibility(&window, at: offset)
            if plausibility.isConvincing, plausibility.elements > most {
                best = encoding
                most = plausibility.elements
            }
        }
        return best
    }

    /// Walks the first headers at `offset`: ascending tags, in PS3.6 or private, with VRs and lengths that can be.
    func plausibility(_ window: inout ByteWindow, at offset: Int) throws(DICOMError) -> Plausibility {
        var position = offset
        var last = Tag(rawValue: 0)
        for elements in 0..<ElementEncoding.depth {
            if position == window.count { return Plausibility(elements: elements, isWhole: true) }
            guard window.count - position >= 8,
                let header = try? window.header(at: position, before: window.count, self)
            else { return Plausibility(elements: elements, isWhole: false) }
            guard header.tag > last || elements == 0, isPlausible(header, before: window.count) else {
                return Plausibility(elements: elements, isWhole: false)
            }
            guard let length = header.length, header.tag != .pixelData else {
                return Plausibility(elements: elements + 1, isWhole: true)
            }
            position = header.valueOffset + length
            last = header.tag
        }
        return Plausibility(elements: ElementEncoding.depth, isWhole: true)
    }

    private func isPlausible(_ header: ElementHeader, before end: Int) -> Bool {
        let tag = header.tag
        guard isPlausible(header), header.fits(before: end) || tag == .pixelData else { return false }
        return header.length != nil || tag.isPrivate || tag == .pixelData || header.vr == .UN
            || DataDictionary.entry(for: tag)?.allows(.SQ) == true
    }

    /// Whether tag and VR are those of an element, wherever its value ends: in PS3.6 or private, with a VR that can be.
    func isPlausible(_ header: ElementHeader) -> Bool {
        let tag = header.tag
        guard !header.hasUnknownVR, !header.isUnexpectedlyImplicit, isImplicit || header.vr != nil else { return false }
        if tag.isPrivate { return tag.group > 8 && tag.group != 0xFFFF && tag.element >= 0x10 }
        guard !tag.isGroupLength else { return header.length == 4 && tag.group > 2 }
        return DataDictionary.entry(for: tag) != nil
    }
}
