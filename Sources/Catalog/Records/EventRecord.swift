public import ImageSets

/// What is told of one state change, complete and for ever: a later release delivers it as it was written.
///
/// Its resource is named by ARN; no part of it is a value of a data set.
public struct EventRecord: Sendable, Hashable {
    /// Its name; a second delivery of the event has the same.
    public var id: EventID
    /// When the change was made.
    public var time: Timestamp
    /// The owner of the data store, twelve digits.
    public var account: String
    /// The region of the resource.
    public var region: String
    /// The ARN of what changed.
    public var resource: String
    /// What kind of change it is, such as `Image Set Created`.
    public var detailType: String
    /// The change, as a JSON object.
    public var detail: String

    /// Gathers the parts.
    public init(
        id: EventID, time: Timestamp, account: String, region: String, resource: String, detailType: String,
        detail: String
    ) {
        self.id = id
        self.time = time
        self.account = account
        self.region = region
        self.resource = resource
        self.detailType = detailType
        self.detail = detail
    }
}
