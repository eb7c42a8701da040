/// How many files of a job stand where.
public struct ImportFileCounts: Sendable, Hashable {
    /// Listed, nothing done.
    public var pending = 0
    /// Stored, in no image set yet.
    public var staged = 0
    /// In an image set.
    public var imported = 0
    /// Refused because of what they hold.
    public var customerErrors = 0
    /// Failed for a reason of ours.
    public var serverErrors = 0

    /// Counts nothing.
    public init() {}

    /// All files of the job.
    public var scanned: Int { pending + staged + imported + customerErrors + serverErrors }

    /// How far a job has come, for people, in the alphabet of job messages.
    public var progress: String {
        let failed = customerErrors + serverErrors
        return "\(scanned - pending) of \(scanned) files read" + (failed > 0 ? ", \(failed) FAILED" : "")
    }
}
