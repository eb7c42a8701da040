import Catalog
import DICOM
import ImageSets
import Store

/// `job-output-manifest.json`: the summary that production clients parse with a strict schema, so every key is always
/// there, and beside it the checksums of every frame.
struct ImportManifest {
    let job: ImportJobRecord
    let datastore: DatastoreID
    let folder: S3URI
    let counts: ImportFileCounts
    let imageSets: [ImageSetSummary]

    /// Bytes that are gathered before they are handed on.
    static let pieceBytes = 256 << 10

    /// Hands over the document in pieces: a job can have millions of frames.
    func write(from store: Datastore, _ append: ([UInt8]) async throws -> Void) async throws {
        var json = JSONWriter()
        json.beginObject()
        json.name("jobSummary")
        writeSummary(to: &json)
        json.name("imageSets")
        json.beginArray()
        for imageSet in imageSets {
            json.beginObject()
            json.name("imageSetId")
            json.string(imageSet.response.imageSet.description)
            json.name("instances")
            json.beginArray()
            let instances = try await store.instanceChecksums(
                of: imageSet.response.imageSet, version: imageSet.response.version)
            for instance in instances {
                write(instance, to: &json)
                if json.bytes.count >= Self.pieceBytes { try await append(json.takeBytes()) }
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        try await append(json.takeBytes())
    }

    private func writeSummary(to json: inout JSONWriter) {
        json.beginObject()
        for (key, value) in [
            ("jobId", job.id.description), ("datastoreId", datastore.description), ("inputS3Uri", job.inputS3URI),
            ("outputS3Uri", folder.description), ("successOutputS3Uri", folder.appending("SUCCESS/").description),
            ("failureOutputS3Uri", folder.appending("FAILURE/").description),
            ("warningsOutputS3Uri", folder.appending("WARNING/").description),
        ] {
            json.name(key)
            json.string(value)
        }
        for (key, value) in [
            ("numberOfScannedFiles", counts.scanned), ("numberOfImportedFiles", counts.imported),
            ("numberOfFilesWithCustomerError", counts.customerErrors),
            ("numberOfFilesWithServerError", counts.serverErrors), ("numberOfGeneratedImageSets", imageSets.count),
        ] {
            json.name(key)
            json.number(value)
        }
        json.name("imageSetsSummary")
        json.beginArray()
        for imageSet in imageSets {
            json.beginObject()
            json.name("imageSetId")
            json.string(imageSet.response.imageSet.description)
            json.name("imageSetVersion")
            json.number(imageSet.response.version)
            json.name("isPrimary")
            json.boolean(imageSet.response.isPrimary)
            json.name("numberOfMatchedSOPInstances")
            json.number(imageSet.instanceCount)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private func write(_ instance: InstanceChecksums, to json: inout JSONWriter) {
        json.beginObject()
        json.name("SOPInstanceUID")
        json.string(instance.sopInstanceUID)
        json.name("ImageFrames")
        json.beginArray()
        for frame in instance.frames {
            json.beginObject()
            json.name("ID")
            json.string(frame.id.description)
            json.name("PixelDataChecksumFromBaseToFullResolution")
            json.beginArray()
            for resolution in frame.resolutions {
                json.beginObject()
                json.name("Width")
                json.number(resolution.width)
                json.name("Height")
                json.number(resolution.height)
                json.name("Checksum")
                json.number(Int(resolution.checksum))
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        if let error = instance.error {
            json.name("error")
            json.string(error)
        }
        json.endObject()
    }
}

/// One image set that a job made or gave a version.
struct ImageSetSummary {
    var response: ImportResponse
    var instanceCount = 0

    init(_ response: ImportResponse) {
        self.response = response
    }
}
