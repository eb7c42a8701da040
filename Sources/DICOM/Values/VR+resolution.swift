/// What a data set says that decides between the alternatives of PS3.6, such as "US or SS".
struct VRContext {
    /// Pixel Representation (0028,0103): 0 unsigned, 1 signed; nil when not seen.
    var pixelRepresentation: UInt16?
    /// The first value of LUT Descriptor (0028,3002): the number of entries, 0 for 65536; nil when not seen.
    var lutEntryCount: UInt16?
}

extension VR {
    /// The VR of an element that is written without one: in implicit VR, or as UN (PS3.5 6.2.2, 7.1.3, A.1).
    ///
    /// Private elements are UN, but for private creators, which are LO (PS3.5 7.8.1).
    static func resolved(for tag: Tag, in context: VRContext) -> VR {
        if tag.isPrivateCreator { return .LO }
        if tag.isGroupLength { return .UL }
        guard let entry = DataDictionary.entry(for: tag) else { return .UN }
        guard entry.hasAlternatives else { return entry.vr }
        if entry.vrs == [.US, .OW] {
            // PS3.3 C.11.1.1.1: a table of one entry is a number, others are words.
            return context.lutEntryCount == 1 ? .US : .OW
        }
        if entry.allows(.OW) { return .OW }
        return context.pixelRepresentation == 1 ? .SS : .US
    }
}
