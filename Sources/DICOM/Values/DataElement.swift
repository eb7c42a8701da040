/// One attribute of a data set: tag, value representation and value (PS3.5 7.1).
public struct DataElement: Sendable, Equatable {
    /// What it is.
    public let tag: Tag
    /// How its value is written.
    public var vr: VR
    /// The value.
    public var value: Value

    /// The element `tag` with `value` of type `vr`.
    public init(_ tag: Tag, _ vr: VR, _ value: Value) {
        self.tag = tag
        self.vr = vr
        self.value = value
    }

    /// The element `tag` with `value` of type `vr`.
    public init(tag: Tag, vr: VR, value: Value) {
        self.init(tag, vr, value)
    }

    /// The element with `text` in UTF-8, padded to even length as its VR asks.
    public init(_ tag: Tag, _ vr: VR, _ text: String) {
        var bytes = Array(text.utf8)
        if !bytes.count.isMultiple(of: 2) { bytes.append(vr.padding) }
        self.init(tag, vr, .bytes(bytes[...]))
    }

    /// The element with whole numbers as binary words of type `vr` (US SS UL SL UV SV); a number out of range is cut.
    public init(_ tag: Tag, _ vr: VR, integers: [Int]) {
        var bytes: [UInt8] = []
        for integer in integers {
            for index in 0..<vr.wordSize {
                bytes.append(UInt8(truncatingIfNeeded: integer >> (8 * index)))
            }
        }
        self.init(tag, vr, .bytes(bytes[...]))
    }

    /// A sequence of items.
    public init(_ tag: Tag, items: [DataSet]) {
        self.init(tag, .SQ, .items(items))
    }
}
