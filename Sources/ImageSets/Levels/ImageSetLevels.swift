public import DICOM

/// The attributes that an image set keeps once: those of its patient, its study and its series.
///
/// Every level is a data set that stands for itself: its text is UTF-8 and it carries a Specific Character Set
/// (0008,0005) of ISO_IR 192 that says so. That element is bookkeeping: it belongs to the instance level and is never
/// shown as an attribute of a level.
public struct ImageSetLevels: Sendable, Equatable {
    /// The attributes of the patient.
    public private(set) var patient: DataSet
    /// The attributes of the study.
    public private(set) var study: DataSet
    /// The attributes of the series.
    public private(set) var series: DataSet
    /// Attributes that were set or removed through the API, at whatever level: there the level rules over what instances
    /// were imported with.
    public private(set) var editedTags: Set<Tag> = []

    /// Takes the three levels out of an imported data set.
    ///
    /// Elements present without a value stay, so that the metadata document shows them as null; absent ones are not made
    /// up. Values are copies: levels are kept longer than the file whose bytes they would hold.
    public init(_ dataSet: DataSet) {
        var (patient, study, series): ([DataElement], [DataElement], [DataElement]) = ([], [], [])
        let characterSet = dataSet.characterSet
        for element in dataSet.elements {
            switch AttributeLevel(keeping: element) {
            case .patient: patient.append(element.inUTF8(from: characterSet).detached)
            case .study: study.append(element.inUTF8(from: characterSet).detached)
            case .series: series.append(element.inUTF8(from: characterSet).detached)
            case .instance: break
            }
        }
        self.init(patient: DataSet(patient), study: DataSet(study), series: DataSet(series))
    }

    /// Gathers three levels whose text is UTF-8 already.
    public init(patient: DataSet, study: DataSet, series: DataSet) {
        self.patient = patient
        self.study = study
        self.series = series
        for level in AttributeLevel.shared { self[level][.specificCharacterSet] = .utf8CharacterSet }
    }

    /// One level; the instance level is empty.
    public internal(set) subscript(level: AttributeLevel) -> DataSet {
        get {
            switch level {
            case .patient: patient
            case .study: study
            case .series: series
            case .instance: DataSet()
            }
        }
        set {
            switch level {
            case .patient: patient = newValue
            case .study: study = newValue
            case .series: series = newValue
            case .instance: break
            }
        }
    }

    /// Takes over what a later instance of the image set knows and these levels do not: attributes that are absent here,
    /// or here without a value. What is there stays: the level keeps the first value.
    ///
    /// Attributes in ``editedTags`` were set or removed on purpose and are left alone. Answers the levels that changed.
    @discardableResult
    public mutating func fill(from later: ImageSetLevels) -> Set<AttributeLevel> {
        var changed: Set<AttributeLevel> = []
        for level in AttributeLevel.shared {
            let (own, later) = (self[level], later[level])
            // Nearly always so, and cheap to see where the levels are shared.
            guard later != own else { continue }
            for element in later.elements where !editedTags.contains(element.tag) {
                let present = own[element.tag]
                guard present == nil || (present?.value.isEmpty == true && !element.value.isEmpty) else { continue }
                self[level].set(element)
                changed.insert(level)
            }
        }
        return changed
    }

    /// Keeps no copies of what is equal in another set of levels.
    public mutating func share(with other: ImageSetLevels) {
        for level in AttributeLevel.shared where self[level] == other[level] { self[level] = other[level] }
    }
}

extension ImageSetLevels {
    /// Sets and removes attributes as a change says, and remembers them as edited; answers the levels that changed.
    public mutating func apply(_ change: MetadataChange) -> Set<AttributeLevel> {
        var changed: Set<AttributeLevel> = []
        for level in AttributeLevel.shared where !change[level].isEmpty {
            self[level].removeAll { change[level].removed.contains($0.tag) }
            for element in change[level].updated.elements { self[level].set(element) }
            editedTags.formUnion(change[level].tags)
            changed.insert(level)
        }
        return changed
    }

    /// The attributes of a level whose values differ between two image sets; absent and empty are alike.
    public func differences(from other: ImageSetLevels, at level: AttributeLevel) -> Set<Tag> {
        func present(_ dataSet: DataSet) -> [DataElement] {
            dataSet.elements.filter { AttributeLevel($0.tag) == level && !$0.value.isEmpty }
        }
        let (own, others) = (present(self[level]), present(other[level]))
        let differing = own.filter { other[level][$0.tag] != $0 } + others.filter { self[level][$0.tag] != $0 }
        return Set(differing.map(\.tag))
    }
}

extension ImageSetLevels {
    // PRIVATE BLOCK: in the byte form only, never in a level as others see it.
    private static let creator = DataElement(Tag(0x0009, 0x0010), .LO, "ISOCENTER")
    private static let editedTagsTag = Tag(0x0009, 0x1001)

    /// One level as Explicit VR Little Endian, the form the catalog keeps; equal levels give equal bytes. The tags edited
    /// at the level are a private attribute beside its own.
    public func bytes(of level: AttributeLevel) throws -> [UInt8] {
        var dataSet = self[level]
        let edited = editedTags.filter { AttributeLevel($0) == level }.sorted()
        if !edited.isEmpty {
            dataSet.set(Self.creator)
            let words = edited.flatMap { [Int($0.group), Int($0.element)] }
            dataSet.set(DataElement(Self.editedTagsTag, .AT, integers: words))
        }
        return try PartTenWriter.dataSetBytes(dataSet) { _ in [] }
    }

    /// Reads three levels back from ``bytes(of:)``.
    public init(patientBytes: [UInt8], studyBytes: [UInt8], seriesBytes: [UInt8]) throws(DICOMError) {
        self.init(
            patient: try DataSetReader.read(explicitLittleEndian: patientBytes),
            study: try DataSetReader.read(explicitLittleEndian: studyBytes),
            series: try DataSetReader.read(explicitLittleEndian: seriesBytes))
        for level in AttributeLevel.shared {
            editedTags.formUnion(self[level].tags(Self.editedTagsTag))
            self[level].remove(Self.creator.tag)
            self[level].remove(Self.editedTagsTag)
        }
    }
}

extension DataElement {
    /// The element with values of its own, no parts of a larger array.
    fileprivate var detached: DataElement {
        switch value {
        case .bytes(let bytes): DataElement(tag, vr, .bytes(Array(bytes)[...]))
        case .items(let items): DataElement(tag, vr, .items(items.map { DataSet($0.elements.map(\.detached)) }))
        case .bulk: self
        }
    }
}
