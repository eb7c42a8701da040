import Catalog
import DICOM
import ImageSets
import Store

/// Where the values over 1 MB of an instance can be had (spec/40 "BulkDataURI").
struct BulkLocations: Sendable {
    private let header: StoredHeader
    private let base: String
    private let suffix: String

    /// `imageSet` is the one that the request named, so that the URI leads to the same instance.
    init(_ instance: StoredInstance, _ header: StoredHeader, root: String, imageSet: ImageSetID? = nil) {
        self.header = header
        base =
            "\(root)/studies/\(instance.grouping.studyInstanceUID)/series/\(instance.grouping.seriesInstanceUID)"
            + "/instances/\(instance.record.attributes.sopInstanceUID)/bulkdata/"
        suffix = imageSet.map { "?imageSetId=\($0)" } ?? ""
    }

    /// The URI of an element's value; nil for one that stands in the data set itself.
    func uri(of element: DataElement) -> String? {
        guard case .bulk(let placeholder) = element.value, header.bulkValues.indices.contains(placeholder.offset) else {
            return nil
        }
        return base + header.bulkValues[placeholder.offset].hash + suffix
    }
}
