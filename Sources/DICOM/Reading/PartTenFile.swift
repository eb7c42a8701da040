/// What a PS3.10 file holds: file meta information, data set, and where its pixel data lies.
public struct PartTenFile: Sendable {
    /// The file meta information, group 0002, as far as the file has it.
    public var fileMeta: DataSet
    /// The data set as imported, without group lengths and without its own pixel data element, which ``pixelData`` locates.
    ///
    /// Pixel data inside items (icons) stay in their items.
    public var dataSet: DataSet
    /// The transfer syntax the file meta names, or the one that was found by looking when it names none or a false one.
    public var transferSyntaxUID: String
    /// Whether ``transferSyntaxUID`` was found by looking.
    public var transferSyntaxWasGuessed: Bool
    /// The pixel data; nil when there are none.
    public var pixelData: PixelData?
    /// What offsets in ``pixelData`` and in bulk values refer to: the file, or the inflated bytes of a deflated one.
    public var content: any RandomAccessBytes
    /// What was not as the standard wants it; at most ``PartTenReader/Options/maximumWarnings`` of a kind.
    public var warnings: [ReadingWarning]

    /// The parts as given.
    public init(
        fileMeta: DataSet, dataSet: DataSet, transferSyntaxUID: String, transferSyntaxWasGuessed: Bool = false,
        pixelData: PixelData? = nil, content: any RandomAccessBytes, warnings: [ReadingWarning] = []
    ) {
        self.fileMeta = fileMeta
        self.dataSet = dataSet
        self.transferSyntaxUID = transferSyntaxUID
        self.transferSyntaxWasGuessed = transferSyntaxWasGuessed
        self.pixelData = pixelData
        self.content = content
        self.warnings = warnings
    }
}

/// Where the pixel data of a data set lie.
public struct PixelData: Sendable, Equatable {
    /// (7FE0,0010) Pixel Data, (7FE0,0008) Float Pixel Data or (7FE0,0009) Double Float Pixel Data.
    public var tag: Tag
    /// OB or OW, OF, OD.
    public var vr: VR
    /// Native or encapsulated.
    public var form: Form

    /// The two forms of PS3.5 section 8 and annex A.
    public enum Form: Sendable, Equatable {
        /// Pixel cells one after the other; `length` bytes are present of `declaredLength`.
        case native(offset: Int, length: Int, declaredLength: Int, isBigEndian: Bool)
        /// Fragments of a compressed stream.
        case encapsulated(Encapsulated)
    }

    /// The parts as given.
    public init(tag: Tag, vr: VR, form: Form) {
        self.tag = tag
        self.vr = vr
        self.form = form
    }
}

/// Encapsulated pixel data (PS3.5 A.4): an offset table item, then fragments.
public struct Encapsulated: Sendable, Equatable {
    /// The basic offset table; empty when the item is empty or not whole words.
    public var basicOffsetTable: [UInt32]
    /// The fragments in order.
    public var fragments: [Fragment]
    /// Whether the sequence delimitation item was found.
    public var isTerminated: Bool
    /// The first byte after the offset table item: offsets in tables count from here.
    public var firstItemOffset: Int

    /// The parts as given.
    public init(basicOffsetTable: [UInt32], fragments: [Fragment], isTerminated: Bool, firstItemOffset: Int) {
        self.basicOffsetTable = basicOffsetTable
        self.fragments = fragments
        self.isTerminated = isTerminated
        self.firstItemOffset = firstItemOffset
    }

    /// One fragment.
    public struct Fragment: Sendable, Equatable {
        /// The first byte of the value.
        public var offset: Int
        /// The bytes present; fewer than declared when the file ends early.
        public var length: Int
        /// The first byte of the item's tag; offset tables point here.
        public var itemOffset: Int

        /// The parts as given.
        public init(offset: Int, length: Int, itemOffset: Int) {
            self.offset = offset
            self.length = length
            self.itemOffset = itemOffset
        }
    }
}
