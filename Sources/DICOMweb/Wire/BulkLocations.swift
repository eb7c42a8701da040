import Catalog
import DICOM
import Exchange
import ImageSets
import Store

/// Where the values over 1 MB of an instance can be had (spec/40 "BulkDataURI").
struct BulkLocations: Sendable {
    private let header: StoredHeader
    private let uri: @Sendable (_ hash: String) -> String

    /// `imageSet` and `version` are those that the request named, so that the URI leads to the same instance.
    init(
        _ instance: StoredInstance, _ header: StoredHeader, urls: RetrieveURL, imageSet: ImageSetID? = nil,
        version: Int? = nil
    ) {
        self.header = header
        let grouping = instance.grouping
        let sop = instance.record.attributes.sopInstanceUID
        uri = { hash in
            urls.instance(
                sop, series: grouping.seriesInstanceUID, study: grouping.studyInstanceUID, below: "/bulkdata/\(hash)",
                imageSet: imageSet?.description, version: version)
        }
    }

    /// The URI of an element's value; nil for one that stands in the data set itself.
    func uri(of element: DataElement) -> String? {
        guard case .bulk(let placeholder) = element.value, header.bulkValues.indices.contains(placeholder.offset) else {
            return nil
        }
        return uri(header.bulkValues[placeholder.offset].hash)
    }
}
