public import DICOM

/// The value of a pixel data element as one run of little-endian bytes, read where it lies.
///
/// Native: the pixel cells, turned to little endian if they were not. Encapsulated: the fragments' values joined,
/// without the items around them and without offset table.
public struct PixelDataBytes: RandomAccessBytes {
    /// What the extents refer to.
    private let content: any RandomAccessBytes
    /// Where the pieces lie, in order.
    private let extents: [Extent]
    /// The place of every extent in the joined bytes, and at the end their number.
    let starts: [Int]
    /// The bytes of a word whose order is to be turned; 1: none.
    private let wordSize: Int

    /// The pixel data `pixelData` of `content`, which is what its offsets refer to.
    ///
    /// `wordSize` is that of big-endian cells (see ``bigEndianWordSize(_:_:transferSyntaxUID:)``), else 1.
    public init(_ pixelData: PixelData, of content: any RandomAccessBytes, wordSize: Int = 1) {
        self.content = content
        self.wordSize = max(wordSize, 1)
        extents =
            switch pixelData.form {
            case .native(let offset, let length, _, _): [Extent(offset: offset, length: max(length, 0))]
            case .encapsulated(let encapsulated):
                encapsulated.fragments.map { Extent(offset: $0.offset, length: max($0.length, 0)) }
            }
        var starts = [0]
        starts.reserveCapacity(extents.count + 1)
        for extent in extents {
            // Extents lie apart within one content, so that their sum is at most its size; a liar's sum stays at the
            // top.
            let (end, overflows) = starts[starts.count - 1].addingReportingOverflow(extent.length)
            starts.append(overflows ? Int.max : end)
        }
        self.starts = starts
    }

    /// The number of bytes.
    public var count: Int {
        starts[starts.count - 1]
    }

    /// The lengths of the pieces: of the fragments, or of the one native value. An export needs them to part the bytes
    /// again.
    public var pieceLengths: [Int] {
        extents.map(\.length)
    }

    /// The bytes at `offset` of the joined, little-endian value.
    public func read(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw FrameError(.truncated, "a read past the end of the pixel data")
        }
        guard wordSize > 1 else { return try joined(at: offset, count: count) }
        // Words count from the start of the value, whatever piece is asked for.
        let first = offset - offset % wordSize
        let end = min(offset + count + (wordSize - (offset + count) % wordSize) % wordSize, self.count)
        var bytes = Array(try joined(at: first, count: end - first))
        ByteOrder.reverseWords(of: wordSize, in: &bytes)
        return bytes[offset - first..<offset - first + count]
    }

    private func joined(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
        guard count > 0 else { return [] }
        var index = firstExtent(at: offset)
        var place = offset - starts[index]
        if count <= extents[index].length - place {
            return try content.read(at: extents[index].offset + place, count: count)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let length = min(extents[index].length - place, count - bytes.count)
            if length > 0 { bytes += try content.read(at: extents[index].offset + place, count: length) }
            index += 1
            place = 0
        }
        return bytes[...]
    }

    /// The last extent that starts at or before `offset`, which is inside the value.
    private func firstExtent(at offset: Int) -> Int {
        var low = 0
        var high = extents.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

extension PixelDataBytes {
    /// The word size in which the bytes of native pixel data are big endian; 1 when they are little endian.
    ///
    /// Cells of 16 and more bits turn as cells, also where a file calls them OB (as pydicom and GDCM read them);
    /// smaller ones are bytes in OB and halves of 16-bit words in OW (PS3.5 8.1.2 and A.3). Big-endian pixel data in
    /// another syntax than Explicit VR Big Endian are those of GE's private 1.2.840.113619.5.2, whose small cells are
    /// bytes.
    public static func bigEndianWordSize(
        _ pixelData: PixelData, _ pixel: PixelDescription, transferSyntaxUID: String
    ) -> Int {
        guard case .native(_, _, _, isBigEndian: true) = pixelData.form else { return 1 }
        if pixel.bitsAllocated >= 16 { return pixel.bytesPerSample }
        return pixelData.vr == .OW && transferSyntaxUID == TransferSyntax.explicitVRBigEndian.uid ? 2 : 1
    }
}
