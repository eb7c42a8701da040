/// The DICOM JSON model (PS3.18 annex F): data sets as JSON objects and back.
///
/// Written text is in UTF-8 whatever the data set's own repertoires are, and Specific Character Set (0008,0005) says so.
/// Beyond the letter of annex F: a DS or IS that is no number is a string, and so are SV and UV over 2^53, which most
/// readers of JSON would round; infinities and NaN, for which F.2.3 has no number, are the strings `"Infinity"`,
/// `"-Infinity"` and `"NaN"`, as other implementations write and read them. Reading takes what writing gives.
public enum DICOMJSON {
    /// The URI under which a value can be had; nil for a value that shall stand in the JSON itself.
    ///
    /// Asked for every value but sequences and empty ones. A ``Value/bulk(_:)`` value without URI is left out.
    public typealias BulkDataURI = (BulkPath, DataElement) -> String?

    /// The value that a BulkDataURI of a JSON object stands for; nil when it is not to be had.
    public typealias BulkDataValue = (BulkPath, String) -> Value?

    /// The JSON object of `dataSet`.
    public static func encode(_ dataSet: DataSet, bulkDataURI: BulkDataURI = { _, _ in nil }) -> [UInt8] {
        var writer = JSONWriter()
        write(dataSet, into: &writer, bulkDataURI: bulkDataURI)
        return writer.bytes
    }

    /// The data set of a JSON object; its text is in UTF-8.
    ///
    /// Values of attributes without `vr` are taken by the VR of PS3.6. Group lengths are left out.
    public static func decode(
        _ json: [UInt8], limits: JSONValue.Limits = JSONValue.Limits(), bulkData: BulkDataValue = { _, _ in nil }
    ) throws(DICOMJSONError) -> DataSet {
        try dataSet(from: try parse(json, limits), bulkData: bulkData)
    }

    /// The data sets of a JSON array of objects, or of one object, as services take and give them (PS3.18 F.2.1).
    public static func decodeAll(
        _ json: [UInt8], limits: JSONValue.Limits = JSONValue.Limits(), bulkData: BulkDataValue = { _, _ in nil }
    ) throws(DICOMJSONError) -> [DataSet] {
        let json = try parse(json, limits)
        var dataSets: [DataSet] = []
        for object in json.array ?? [json] { dataSets.append(try dataSet(from: object, bulkData: bulkData)) }
        return dataSets
    }

    private static func parse(_ json: [UInt8], _ limits: JSONValue.Limits) throws(DICOMJSONError) -> JSONValue {
        do {
            return try JSONValue(json, limits: limits)
        } catch {
            throw DICOMJSONError(.invalidJSON, cause: error)
        }
    }
}
