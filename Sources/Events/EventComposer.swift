public import Catalog
import DICOM
public import ImageSets

/// Makes the events of one change: what AWS HealthImaging sends to EventBridge for it, member by member (spec/70; the
/// guide's "HealthImaging event structure and examples").
public struct EventComposer: Sendable {
    private let region: String
    private let account: String
    private let time: Timestamp
    private let random128: @Sendable () -> UInt128

    /// Events of an account's data stores in a region, of changes at an instant.
    public init(
        region: String, account: String, time: Timestamp, random128: @escaping @Sendable () -> UInt128
    ) {
        self.region = region
        self.account = account
        self.time = time
        self.random128 = random128
    }

    /// A data store has the status that its record says.
    public func event(of datastore: DatastoreRecord) -> EventRecord {
        event(datastore.status.detailType, of: arn(datastore.id)) { detail in
            detail.member("datastoreId", datastore.id.description)
            detail.member("datastoreName", datastore.name)
            detail.member("datastoreStatus", datastore.status.rawValue)
        }
    }

    /// An import job has the status that its record says. Until it has ended, outputS3Uri is what was asked for; then it
    /// is the job's own folder.
    public func event(of job: ImportJobRecord, in datastore: DatastoreID) -> EventRecord {
        event(job.status.detailType, of: arn(datastore)) { detail in
            detail.member("datastoreId", datastore.description)
            detail.member("jobId", job.id.description)
            detail.member("jobName", job.name)
            detail.member("jobStatus", job.status.rawValue)
            detail.member("inputS3Uri", job.inputS3URI)
            detail.member("outputS3Uri", job.resultS3URI ?? job.outputS3URI)
        }
    }

    /// A version of an image set has a workflow status, from which the state of the set follows. `source` is what is
    /// copied from, while it is.
    public func event(
        of imageSet: ImageSetID, version: Int, isPrimary: Bool, _ status: VersionRecord.WorkflowStatus,
        in datastore: DatastoreID, copiedFrom source: ImageSetID? = nil
    ) -> EventRecord {
        event("Image Set " + status.detailType, of: arn(datastore, imageSet)) { detail in
            detail.member("isPrimary", isPrimary)
            detail.member("imageSetVersion", String(version))
            detail.member("datastoreId", datastore.description)
            detail.member("imagesetId", imageSet.description)
            detail.member("imageSetState", status.state.rawValue)
            detail.member("imageSetWorkflowStatus", status.rawValue)
            if status == .copying, let source { detail.member("sourceImageSetArn", arn(datastore, source)) }
        }
    }

    private func event(
        _ detailType: String, of resource: String, _ members: (inout JSONWriter) -> Void
    ) -> EventRecord {
        var detail = JSONWriter()
        detail.beginObject()
        detail.member("imagingVersion", "1.0")
        members(&detail)
        detail.endObject()
        return EventRecord(
            id: EventID(random: random128()), time: time, account: account, region: region, resource: resource,
            detailType: detailType, detail: String(decoding: detail.bytes, as: UTF8.self))
    }

    private func arn(_ datastore: DatastoreID, _ imageSet: ImageSetID? = nil) -> String {
        ResourceName(region: region, accountID: account, datastore: datastore, imageSet: imageSet).description
    }
}

extension DatastoreRecord.Status {
    fileprivate var detailType: String {
        switch self {
        case .creating: "Data Store Creating"
        case .createFailed: "Data Store Creation Failed"
        case .active: "Data Store Created"
        case .deleting: "Data Store Deleting"
        case .deleted: "Data Store Deleted"
        }
    }
}

extension ImportJobRecord.Status {
    fileprivate var detailType: String {
        switch self {
        case .submitted: "Import Job Submitted"
        case .inProgress: "Import Job In Progress"
        case .completed: "Import Job Completed"
        case .failed: "Import Job Failed"
        }
    }
}

extension VersionRecord.WorkflowStatus {
    /// What follows `Image Set`. Whatever makes a version of a set that is there already, or tries to, updates it.
    fileprivate var detailType: String {
        switch self {
        case .created: "Created"
        case .copying: "Copying"
        case .copyingWithReadOnlyAccess: "Copying With Read Only Access"
        case .copied: "Copied"
        case .copyFailed: "Copy Failed"
        case .updating, .updatingForStudyConsistency, .importing: "Updating"
        case .updated, .imported: "Updated"
        case .updateFailed, .importFailed: "Update Failed"
        case .deleting: "Deleting"
        case .deleted: "Deleted"
        }
    }

    /// The state of an image set that shows this status.
    fileprivate var state: ImageSetRecord.State {
        switch self {
        case .copying, .copyingWithReadOnlyAccess, .updating, .updatingForStudyConsistency, .importing, .deleting:
            .locked
        case .deleted: .deleted
        case .created, .copied, .copyFailed, .updated, .updateFailed, .imported, .importFailed: .active
        }
    }
}
