/// The bytes around the frames of encapsulated pixel data (PS3.5 A.4), one fragment a frame.
///
/// Written in order: ``header``; for each frame ``itemHeader(_:)``, the frame's bytes, ``padding(_:)`` zero bytes;
/// ``trailer``. Offsets go into the basic offset table, or, when one does not fit into 32 bits, into the extended one
/// (PS3.3 C.7.6.3.1.8), whose elements belong into the data set before the pixel data.
public struct EncapsulatedPixelDataLayout: Sendable {
    /// The element's header and the offset table item.
    public let header: [UInt8]
    /// Extended Offset Table (7FE0,0001) and Extended Offset Table Lengths (7FE0,0002); empty when not needed.
    public let extendedOffsetTable: [DataElement]
    /// The sequence delimitation item.
    public let trailer: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
    /// The number of bytes of the whole element.
    public let count: Int
    private let frameLengths: [Int]

    /// The layout of frames of these lengths in bytes; `hasOffsetTable` false leaves the table empty, as for video.
    ///
    /// Throws `invalidLength` for a frame over the 4 GiB that one fragment can hold.
    public init(frameLengths: [Int], hasOffsetTable: Bool = true) throws(DICOMError) {
        guard frameLengths.allSatisfy({ $0 >= 0 && $0 <= 0xFFFF_FFFE }) else {
            throw DICOMError(.invalidLength, tag: .pixelData, offset: 0, "a frame longer than a fragment can be")
        }
        self.frameLengths = frameLengths
        var offsets: [UInt64] = []
        var offset: UInt64 = 0
        for length in frameLengths {
            offsets.append(offset)
            offset += 8 + UInt64(length + length & 1)
        }
        let isBasic = hasOffsetTable && offsets.last ?? 0 <= UInt32.max && offsets.count <= 0x3FFF_FFFF
        let table = isBasic ? offsets.flatMap { EncapsulatedPixelDataLayout.bytes(UInt32(truncatingIfNeeded: $0)) } : []
        header =
            [0xE0, 0x7F, 0x10, 0x00, UInt8(ascii: "O"), UInt8(ascii: "B"), 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
            + [0xFE, 0xFF, 0x00, 0xE0] + EncapsulatedPixelDataLayout.bytes(UInt32(table.count)) + table
        count = header.count + Int(offset) + 8
        guard hasOffsetTable, !isBasic else {
            extendedOffsetTable = []
            return
        }
        let lengths = frameLengths.map { UInt64($0 + $0 & 1) }
        extendedOffsetTable = [
            DataElement(.extendedOffsetTable, .OV, .bytes(offsets.flatMap(EncapsulatedPixelDataLayout.bytes)[...])),
            DataElement(
                .extendedOffsetTableLengths, .OV, .bytes(lengths.flatMap(EncapsulatedPixelDataLayout.bytes)[...])),
        ]
    }

    /// The item header of frame `index`, counted from 0.
    public func itemHeader(_ index: Int) -> [UInt8] {
        [0xFE, 0xFF, 0x00, 0xE0]
            + EncapsulatedPixelDataLayout.bytes(UInt32(frameLengths[index] + padding(index)))
    }

    /// The number of zero bytes after frame `index`: 0 or 1.
    public func padding(_ index: Int) -> Int {
        frameLengths[index] & 1
    }

    private static func bytes(_ word: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: word.littleEndian, Array.init)
    }
}
