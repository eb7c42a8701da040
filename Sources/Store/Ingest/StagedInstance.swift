public import Catalog
import DICOM
import ImageSets

/// An instance whose bytes are appended and verified, on its way into an image set; it is in none yet.
public struct StagedInstance: Sendable {
    /// Its truth: rows still to be inserted, or inserted by an earlier step of an import job.
    enum Object: Sendable {
        case new(StoredObjectRecord, frames: [FrameRecord])
        case stored(StoredObjectID)
    }

    let object: Object
    let facts: InstanceFacts
    /// What the file's owner should know.
    public let warnings: [ImportFileWarning]

    public var studyInstanceUID: String { facts.grouping.studyInstanceUID }
    public var seriesInstanceUID: String { facts.grouping.seriesInstanceUID }
    public var sopInstanceUID: String { facts.sopInstanceUID }
    public var sopClassUID: String? { facts.instance.sopClassUID }
}
