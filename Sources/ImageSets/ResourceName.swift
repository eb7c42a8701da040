/// The Amazon Resource Name of a data store or image set:
/// `arn:aws:medical-imaging:{region}:{account}:datastore/{datastoreId}[/imageset/{imageSetId}]`.
public struct ResourceName: Sendable, Hashable, CustomStringConvertible {
    /// `aws`, or another partition that a client named.
    public var partition: String
    /// Such as `us-east-1`.
    public var region: String
    /// Twelve digits.
    public var accountID: String
    /// The data store.
    public var datastore: DatastoreID
    /// The image set in it; nil when the data store itself is meant.
    public var imageSet: ImageSetID?

    /// The name of a resource of this service.
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

    /// The name as it is written.
    public var description: String {
        "arn:\(partition):medical-imaging:\(region):\(accountID):datastore/\(datastore)"
            + (imageSet.map { "/imageset/\($0)" } ?? "")
    }
}
