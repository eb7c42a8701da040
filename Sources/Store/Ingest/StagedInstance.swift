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

    /// The instance once its stored object is in the catalog.
    func stored(as id: StoredObjectID) -> StagedInstance {
        StagedInstance(object: .stored(id), facts: facts, warnings: warnings)
    }

    /// Study Instance UID (0020,000D).
    public var studyInstanceUID: String { facts.grouping.studyInstanceUID }
    /// Series Instance UID (0020,000E).
    public var seriesInstanceUID: String { facts.grouping.seriesInstanceUID }
    /// SOP Instance UID (0008,0018).
    public var sopInstanceUID: String { facts.sopInstanceUID }
    /// SOP Class UID (0008,0016), where the instance has one.
    public var sopClassUID: String? { facts.instance.sopClassUID }
}
