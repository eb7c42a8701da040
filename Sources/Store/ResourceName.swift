public import ImageSets

/// The Amazon Resource Name of a data store or image set:
/// `arn:aws:medical-imaging:{region}:{account}:datastore/{datastoreId}[/imageset/{imageSetId}]`.
public struct ResourceName: Sendable, Hashable, CustomStringConvertible {
    public var partition: String
    public var region: String
    public var accountID: String
    public var datastore: DatastoreID
    public var imageSet: ImageSetID?

    public init(region: String, accountID: String, datastore: DatastoreID, imageSet: ImageSetID? = nil) {
        self.partition = "aws"
        self.region = region
        self.accountID = accountID
        self.datastore = datastore
        self.imageSet = imageSet
    }

    /// Reads an ARN; nil when it names neither a data store nor an image set.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "medical-imaging" else {
            return nil
        }
        let path = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2 || path.count == 4, path[0] == "datastore", let datastore = DatastoreID(path[1]) else {
            return nil
        }
        if path.count == 4 {
            guard path[2] == "imageset", let imageSet = ImageSetID(path[3]) else { return nil }
            self.imageSet = imageSet
        }
        self.partition = String(parts[1])
        self.region = String(parts[3])
        self.accountID = String(parts[4])
        self.datastore = datastore
    }

    public var description: String {
        "arn:\(partition):medical-imaging:\(region):\(accountID):datastore/\(datastore)"
            + (imageSet.map { "/imageset/\($0)" } ?? "")
    }
}
