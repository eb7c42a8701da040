import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Copies an image set or some of its instances, to a new image set, to another one, or into the primary hierarchy; the
/// answer says that both sets are LOCKED.
struct CopyImageSet: NativeOperation {
    static let interface = OperationInterface(
        "CopyImageSet", .post, "/datastore/{datastoreId}/imageSet/{sourceImageSetId}/copyImageSet",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("sourceImageSetId", .imageSetID, in: .path, isRequired: true),
            Member("copyImageSetInformation", .copyImageSetInformation, in: .payload, isRequired: true),
            Member("force", .boolean, in: .query),
            Member("promoteToPrimary", .boolean, in: .query),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound, .quotaExceeded])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let (source, destination) = (
            input["copyImageSetInformation"]?["sourceImageSet"],
            input["copyImageSetInformation"]?["destinationImageSet"] ?? .null
        )
        var copy = ImageSetCopy(
            sourceVersion: try BoundRequest.versionNumber(source?["latestVersionId"]?.string ?? ""))
        copy.copiableAttributes = source?["DICOMCopies"]?["copiableAttributes"]?.string
        copy.isForced = input["force"]?.boolean ?? false
        copy.promotesToPrimary = input["promoteToPrimary"]?.boolean ?? false
        if destination != .null {
            guard let id = ImageSetID(destination["imageSetId"]?.string ?? "") else {
                throw ServiceError(.notFound, "ImageSet does not exist")
            }
            copy.destination = ImageSetCopy.Destination(
                imageSet: id,
                latestVersion: try BoundRequest.versionNumber(destination["latestVersionId"]?.string ?? ""))
        }
        let copied = try await datastore.copyImageSet(input.id("sourceImageSetId", "ImageSet"), copy)
        return JSONAnswer.response { answer in
            answer.put("datastoreId", datastore.id.description)
            for (key, imageSet) in [
                ("sourceImageSetProperties", copied.source), ("destinationImageSetProperties", copied.destination),
            ] {
                answer.put(key) { properties in
                    properties.put("imageSetId", imageSet.imageSet.id.description)
                    properties.put("latestVersionId", String(imageSet.version.number))
                    properties.put("imageSetState", imageSet.imageSet.state.rawValue)
                    properties.put("imageSetWorkflowStatus", imageSet.version.status.rawValue)
                    properties.put("createdAt", imageSet.version.createdAt)
                    properties.put("updatedAt", imageSet.version.updatedAt ?? imageSet.version.createdAt)
                    properties.put(
                        "imageSetArn",
                        context.store.name(of: datastore.id, imageSet: imageSet.imageSet.id).description)
                }
            }
        }
    }
}
