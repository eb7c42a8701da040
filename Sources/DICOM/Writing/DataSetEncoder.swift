/// Encodes one data set after the other in Explicit VR Little Endian (PS3.5 A.2) with defined lengths.
struct DataSetEncoder {
    /// The greatest even length of a two-byte length field.
    private static let maximumShortLength = 0xFFFE
    /// The greatest even length of a four-byte length field; FFFFFFFF is the undefined length.
    private static let maximumLongLength = 0xFFFF_FFFE
    private static let undefined: UInt32 = .max

    /// What is encoded since the last bulk value.
    private(set) var bytes: [UInt8] = []
    private var pieces: [PartTenWriter.Piece] = []
    /// The lengths of the sequences and items to come, in the order in which they are written.
    ///
    /// They are measured in one pass before, since headers precede content and bulk values cannot be patched over.
    private var lengths: [Int] = []
    private var nextLength = 0

    /// The bytes of `dataSet`: one piece when it holds no bulk values.
    mutating func encode(_ dataSet: DataSet) throws(DICOMError) -> [PartTenWriter.Piece] {
        lengths = []
        nextLength = 0
        pieces = []
        let total = measure(dataSet)
        bytes = []
        bytes.reserveCapacity(min(total, 1 << 20))
        try append(dataSet)
        if !bytes.isEmpty || pieces.isEmpty { pieces.append(.bytes(bytes)) }
        return pieces
    }

    /// Appends tag, VR and length.
    mutating func appendHeader(_ tag: Tag, _ vr: VR, length: Int) throws(DICOMError) {
        guard length <= DataSetEncoder.maximumLongLength else {
            throw DICOMError(.invalidLength, tag: tag, offset: 0, "a value longer than PS3.5 can write")
        }
        appendHeader(tag, vr, field: UInt32(length))
    }
}

extension DataSetEncoder {
    private mutating func append(_ dataSet: DataSet) throws(DICOMError) {
        for element in dataSet.elements { try append(element) }
    }

    private mutating func append(_ element: DataElement) throws(DICOMError) {
        switch element.value {
        case .items(let items):
            let length = takeLength()
            appendHeader(element.tag, .SQ, field: length)
            for item in items {
                let length = takeLength()
                append(.item, length)
                try append(item)
                if length == DataSetEncoder.undefined { append(.itemDelimitation, 0) }
            }
            if length == DataSetEncoder.undefined { append(.sequenceDelimitation, 0) }
        case .bytes(let value):
            if element.holdsFragments {
                appendHeader(element.tag, element.vr, field: DataSetEncoder.undefined)
                return bytes += value
            }
            let isOdd = !value.count.isMultiple(of: 2)
            try appendHeader(element.tag, writtenVR(element.vr, value.count), length: value.count + (isOdd ? 1 : 0))
            bytes += value
            if isOdd { bytes.append(element.vr.padding) }
        case .bulk(let bulk):
            let isOdd = !bulk.length.isMultiple(of: 2)
            try appendHeader(element.tag, writtenVR(element.vr, bulk.length), length: bulk.length + (isOdd ? 1 : 0))
            pieces.append(.bytes(bytes))
            pieces.append(.bulk(bulk, element.vr))
            bytes = isOdd ? [element.vr.padding] : []
        }
    }

    private mutating func appendHeader(_ tag: Tag, _ vr: VR, field: UInt32) {
        append(tag.group)
        append(tag.element)
        let (first, second) = vr.bytes
        bytes.append(first)
        bytes.append(second)
        if vr.hasLongLength {
            append(UInt16(0))
            append(field)
        } else {
            append(UInt16(truncatingIfNeeded: field))
        }
    }

    /// Appends an item or delimiter.
    private mutating func append(_ tag: Tag, _ length: UInt32) {
        append(tag.group)
        append(tag.element)
        append(length)
    }

    private mutating func append(_ word: some FixedWidthInteger) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

// MARK: Lengths

extension DataSetEncoder {
    /// The number of bytes of `dataSet`; notes those of its sequences and items on the way.
    private mutating func measure(_ dataSet: DataSet) -> Int {
        var total = 0
        for element in dataSet.elements {
            switch element.value {
            case .bytes(let value) where element.holdsFragments:
                total += 12 + value.count
            case .bytes(let value):
                total += headerSize(element.vr, value.count) + value.count + value.count & 1
            case .bulk(let bulk):
                total += headerSize(element.vr, bulk.length) + bulk.length + bulk.length & 1
            case .items(let items):
                let place = reserveLength()
                var length = 0
                for item in items {
                    let place = reserveLength()
                    length += 8 + note(measure(item), at: place)
                }
                total += 12 + note(length, at: place)
            }
        }
        return total
    }

    private mutating func reserveLength() -> Int {
        lengths.append(0)
        return lengths.count - 1
    }

    /// Notes a length; gives the bytes it takes, delimiter included when it is too great to be defined.
    private mutating func note(_ length: Int, at place: Int) -> Int {
        lengths[place] = length
        return length > DataSetEncoder.maximumLongLength ? length + 8 : length
    }

    private mutating func takeLength() -> UInt32 {
        defer { nextLength += 1 }
        let length = lengths[nextLength]
        return length > DataSetEncoder.maximumLongLength ? DataSetEncoder.undefined : UInt32(length)
    }

    private func headerSize(_ vr: VR, _ length: Int) -> Int {
        writtenVR(vr, length).hasLongLength ? 12 : 8
    }

    /// UN for a value too long for its VR's length field (PS3.5 6.2.2), and for bytes that claim to be a sequence.
    private func writtenVR(_ vr: VR, _ length: Int) -> VR {
        vr == .SQ || (!vr.hasLongLength && length > DataSetEncoder.maximumShortLength) ? .UN : vr
    }
}
