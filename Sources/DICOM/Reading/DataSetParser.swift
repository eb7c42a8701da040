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
    private var warningCounts: [ReadingWarning.Code: Int] = [:]
    /// Whether pixel data is encapsulated by the transfer syntax.
    let isEncapsulated: Bool
    private var elementCount = 0
    private var headerBytes = 0
    /// Whether a sign was to be decided before Pixel Representation was met.
    var hasUnresolvedSign = false

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
        let isSigned = hasUnresolvedSign && levels[0].context.pixelRepresentation == 1
        return isSigned && levels[0].bounds.encoding.isImplicit ? dataSet.withSignedAlternatives : dataSet
    }

    mutating func warn(_ code: ReadingWarning.Code, _ tag: Tag? = nil, at offset: Int, _ message: String) {
        // Of each kind some: many harmless ones must not hide that something was lost.
        guard warningCounts[code, default: 0] < options.maximumWarnings else { return }
        warningCounts[code, default: 0] += 1
        warnings.append(ReadingWarning(code, tag: tag, offset: offset, message))
    }

    /// The bounds of the item being read, or the data set's.
    var bounds: Bounds {
        levels[levels.count - 1].bounds
    }

    /// Counts elements or items, and the bytes of values that are held, against the limits.
    mutating func charge(
        elements: Int = 0, bytes: Int = 0, _ tag: Tag, at offset: Int
    ) throws(DICOMError) {
        elementCount += elements
        headerBytes += bytes
        guard elementCount <= options.maximumElements, headerBytes <= options.maximumHeaderBytes else {
            throw DICOMError(.tooLarge, tag: tag, offset: offset, "the data set is over the limit for headers")
        }
    }
}

extension DataSet {
    /// The same with SS for US where PS3.6 leaves the choice to Pixel Representation, which is 1 but came later.
    ///
    /// Only for data sets in implicit VR, where no US was written as such.
    fileprivate var withSignedAlternatives: DataSet {
        DataSet(
            elements.map { element in
                switch element.value {
                case .items(let items):
                    DataElement(element.tag, .SQ, .items(items.map(\.withSignedAlternativesUnlessUnsigned)))
                case .bytes where element.vr == .US && DataDictionary.entry(for: element.tag)?.vrs == [.US, .SS]:
                    DataElement(element.tag, .SS, element.value)
                default: element
                }
            })
    }

    private var withSignedAlternativesUnlessUnsigned: DataSet {
        integer(.pixelRepresentation) ?? 1 == 1 ? withSignedAlternatives : self
    }
}
