public import DICOM

/// JSON metadata that is laid over instances while they are imported (spec/20): the attributes of one mapped file.
///
/// The file is in the DICOM JSON model (PS3.18 annex F; one object or an array of them) or in the layout of image set
/// metadata. An attribute it names replaces the instance's own, a sequence as a whole; one that is there without a value
/// empties it. What is general comes first, what is for one series over it, what is for one instance last.
///
/// Study, Series and SOP Instance UID say which instances are meant and are never changed; nor are the file meta
/// information and the attributes that say how the pixel data are to be read (``keptTags``). A value that the metadata
/// only refers to (BulkDataURI) leaves the instance's own.
public struct MetadataOverlay: Sendable, Equatable {
    private var general: [DataElement] = []
    private var bySeries: [String: [DataElement]] = [:]
    private var byInstance: [String: [DataElement]] = [:]

    /// Reads the mapped file of a study.
    public init(_ text: [UInt8], studyInstanceUID: String) throws(MetadataOverlayError) {
        let json: JSONValue
        do {
            json = try JSONValue(text)
        } catch {
            throw MetadataOverlayError("it is not JSON: \(error)")
        }
        if let object = json.object, object["Patient"] != nil || object["Study"] != nil {
            try read(document: object, of: studyInstanceUID)
        } else {
            for object in json.array ?? [json] { try read(dataSet: object, of: studyInstanceUID) }
        }
        guard !general.isEmpty || !bySeries.isEmpty || !byInstance.isEmpty else {
            throw MetadataOverlayError("it has no attributes")
        }
    }

    /// The data set with the attributes laid over it that are meant for its instance.
    ///
    /// Where one of them is more than ASCII and the data set is in another character set, all of it comes out in UTF-8,
    /// with Specific Character Set (0008,0005) saying so.
    public func applied(to dataSet: DataSet) -> DataSet {
        let series = dataSet.string(.seriesInstanceUID).flatMap { bySeries[$0] } ?? []
        let instance = dataSet.string(.sopInstanceUID).flatMap { byInstance[$0] } ?? []
        let elements = general + series + instance
        guard !elements.isEmpty else { return dataSet }
        var result = dataSet
        if dataSet.characterSet != .utf8, elements.contains(where: \.hasExtendedText) {
            result = dataSet.inUTF8(from: dataSet.characterSet)
            result[.specificCharacterSet] = .utf8CharacterSet
        }
        for element in elements { result.set(element) }
        return result
    }

    // MARK: The two layouts

    /// One data set of the DICOM JSON model: for the instance or the series that it names, else for all.
    private mutating func read(dataSet json: JSONValue, of study: String) throws(MetadataOverlayError) {
        let found: DataSet
        do {
            found = try DICOMJSON.dataSet(from: json) { path, _ in
                // Left out below: the instance keeps its own.
                path.items.isEmpty ? .bulk(BulkValue(offset: 0, length: 0)) : nil
            }
        } catch {
            throw MetadataOverlayError("\(error)")
        }
        try check(found, names: study)
        let elements = found.elements.filter(Self.isTaken)
        if let instance = found.string(.sopInstanceUID) {
            byInstance[instance, default: []] += elements
        } else if let series = found.string(.seriesInstanceUID) {
            bySeries[series, default: []] += elements
        } else {
            general += elements
        }
    }

    /// The layout of image set metadata: Patient, Study, Study.Series.{uid} and ….Instances.{uid}.
    private mutating func read(document: JSONObject, of study: String) throws(MetadataOverlayError) {
        let studyLevel = document["Study"] ?? [:]
        for level in [document["Patient"] ?? [:], studyLevel] {
            let found = try Self.attributes(of: level)
            try check(found, names: study)
            general += found.elements.filter(Self.isTaken)
        }
        for series in try Self.members(of: studyLevel["Series"]) {
            bySeries[series.name, default: []] += try Self.attributes(of: series.value).elements.filter(Self.isTaken)
            for instance in try Self.members(of: series.value["Instances"]) {
                byInstance[instance.name, default: []] += try Self.attributes(of: instance.value).elements
                    .filter(Self.isTaken)
            }
        }
    }

    private func check(_ found: DataSet, names study: String) throws(MetadataOverlayError) {
        guard found.string(.studyInstanceUID).map({ $0 == study }) ?? true else {
            throw MetadataOverlayError("it is about another study than it is mapped to")
        }
    }

    private static func members(of json: JSONValue?) throws(MetadataOverlayError) -> [JSONObject.Member] {
        guard let json, json != .null else { return [] }
        guard let object = json.object else {
            throw MetadataOverlayError("Study, Series and Instances must be JSON objects")
        }
        return object.members
    }

    private static func attributes(of level: JSONValue) throws(MetadataOverlayError) -> DataSet {
        DataSet(try MetadataAttributes(level).elements())
    }

    private static func isTaken(_ element: DataElement) -> Bool {
        if case .bulk = element.value { return false }
        return !keptTags.contains(element.tag) && element.tag.group != 0x0002
    }

    /// What an instance keeps as it came: what it is, and how its pixel data are to be read.
    static let keptTags: Set<Tag> = [
        .studyInstanceUID, .seriesInstanceUID, .sopInstanceUID, .sopClassUID, .specificCharacterSet,
        .samplesPerPixel, .photometricInterpretation, .planarConfiguration, .rows, .columns, .numberOfFrames,
        .bitsAllocated, .bitsStored, .highBit, .pixelRepresentation, .pixelData, .floatPixelData,
        .doubleFloatPixelData, .extendedOffsetTable, .extendedOffsetTableLengths,
    ]
}

/// Why a file of JSON metadata cannot be laid over anything; holds no values.
public struct MetadataOverlayError: Error, Sendable, Equatable {
    /// What is wrong with the file.
    public var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
