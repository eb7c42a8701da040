public import ImageSets

/// What a CopyImageSet request asks for.
public struct ImageSetCopy: Sendable {
    /// An image set that the copy is added to.
    public struct Destination: Sendable {
        /// Which.
        public var imageSet: ImageSetID
        /// The version that the caller takes for the latest.
        public var latestVersion: Int

        /// Gathers the parts.
        public init(imageSet: ImageSetID, latestVersion: Int) {
            self.imageSet = imageSet
            self.latestVersion = latestVersion
        }
    }

    /// The version of the source that the caller takes for the latest.
    public var sourceVersion: Int
    /// The JSON text of `copiableAttributes`; nil for all instances.
    public var copiableAttributes: String?
    /// Nil for a new image set.
    public var destination: Destination?
    /// Whether the levels of source and destination may differ.
    public var isForced = false
    /// Whether the copy becomes part of the primary hierarchy.
    public var promotesToPrimary = false

    /// A copy of a whole image set to a new one.
    public init(sourceVersion: Int) {
        self.sourceVersion = sourceVersion
    }

    /// Both image sets as the service shows them while it copies.
    public struct Answer: Sendable {
        /// LOCKED, COPYING_WITH_READ_ONLY_ACCESS.
        public var source: ImageSetVersion
        /// LOCKED, COPYING.
        public var destination: ImageSetVersion
    }
}
