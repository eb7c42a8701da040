/// Fragments as items with a delimiter at the end (PS3.5 A.4), little endian, within a value.
enum ItemStream {
    /// The index after the delimiter of the stream that starts at `start`; nil when there is no whole stream.
    static func end(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        while bytes.endIndex - index >= 8 {
            let header = bytes[index..<index + 8]
            let tag = ByteWindow.tag(header, isBigEndian: false)
            if tag == .sequenceDelimitation { return index + 8 }
            let length = Int(ByteWindow.word32(header, 4, false))
            guard tag == .item, length <= bytes.endIndex - index - 8 else { return nil }
            index += 8 + length
        }
        return nil
    }
}

extension DataElement {
    /// Whether the value is an icon's encapsulated pixel data, kept as a stream of items with its delimiter.
    ///
    /// Such a value has undefined length (PS3.5 A.4); pixel cells that happen to look like one are read back the same.
    public var holdsFragments: Bool {
        guard tag == .pixelData, vr == .OB || vr == .OW, let bytes = value.bytes else { return false }
        return ItemStream.end(bytes, from: bytes.startIndex) == bytes.endIndex
    }
}
