public import Catalog
import DICOM
import Foundation
import ImageSets

extension EventRecord {
    /// The source of every event, as AWS HealthImaging names itself.
    public static let source = "aws.medical-imaging"

    /// The event as EventBridge hands it to a rule's target: one JSON object, without a line break.
    public var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("version", "0")
        json.member("id", id.description)
        json.member("detail-type", detailType)
        json.member("source", Self.source)
        json.member("account", account)
        json.member("time", Date(timeIntervalSince1970: Double(secondsSince1970)).formatted(.iso8601))
        json.member("region", region)
        json.array("resources") { $0.string(resource) }
        json.name("detail")
        json.json(detail.utf8)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The whole second in which the change was made, counted from 1970.
    public var secondsSince1970: Int64 {
        time.milliseconds / 1_000
    }
}
