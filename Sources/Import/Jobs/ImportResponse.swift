import Catalog
import DICOM
import ImageSets

/// Where a file went, as the ndjson lines tell it.
struct ImportResponse {
    var imageSet: ImageSetID
    var version: Int
    var isPrimary: Bool

    func write(to json: inout JSONWriter, inputFile: String, warnings: [ImportFileWarning]) {
        json.beginObject()
        json.name("inputFile")
        json.string(inputFile)
        json.name("importResponse")
        json.beginObject()
        json.name("imageSetId")
        json.string(imageSet.description)
        json.name("imageSetVersion")
        json.number(version)
        json.name("isPrimary")
        json.boolean(isPrimary)
        if !warnings.isEmpty {
            json.name("warnings")
            json.beginArray()
            for warning in warnings {
                json.beginObject()
                json.name("warning_reason_code")
                json.number(warning.code)
                json.name("type")
                json.string(ImportWarning.Code(rawValue: warning.code)?.type ?? "Other")
                json.name("message")
                json.string(warning.message)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        json.endObject()
    }
}
