/// What an UpdateImageSetMetadata request asks for.
public struct MetadataUpdate: Sendable {
    /// The change itself.
    public enum Change: Sendable {
        /// The two JSON documents of `DICOMUpdates`, decoded from base64.
        case attributes(updatable: [UInt8]?, removable: [UInt8]?)
        /// Back to an older version.
        case revert(to: Int)
    }

    /// The version that the caller takes for the latest.
    public var latestVersion: Int
    /// What to do.
    public var change: Change
    /// Whether rules of DICOM are set aside, see `AttributeRules`.
    public var isForced = false
    /// Whether Patient and Study changes go to all primary image sets of the study.
    public var includesStudy = false

    /// A change of what the caller takes for the latest version.
    public init(latestVersion: Int, _ change: Change) {
        self.latestVersion = latestVersion
        self.change = change
    }
}
