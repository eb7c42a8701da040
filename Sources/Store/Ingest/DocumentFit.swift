/// What is known of the bytes that a version's instances take in its metadata document.
struct InstanceBytes: Sendable, Equatable {
    /// No less than they take; nil where nobody has counted.
    var bytes: Int?
    /// Whether they take exactly this.
    var isExact: Bool

    /// A version without instances.
    static let none = InstanceBytes(bytes: 0, isExact: true)
}

/// Decides whether what an ingest brings fits into an image set's metadata document (spec/10: 50 MB), from what is known
/// of it. Bounds are enough to say yes; before a no, everything has been counted.
struct DocumentFit: Sendable {
    /// The most bytes of a document.
    var limit: Int
    /// What the document takes besides its instances, as the ingest would leave it, or no less than that: then only a
    /// yes counts.
    var levels: Int
    /// What the instances of the version before take.
    var standing: InstanceBytes
    /// What those of them take that arrivals replace; nil where they have not been counted.
    var replaced: Int?
    /// What the arrivals take.
    var arriving: Int

    enum Verdict: Sendable, Equatable {
        /// It fits, and the instances of the new version take this.
        case fits(InstanceBytes)
        /// It does not.
        case exceeds
        /// That depends on the size of the instances that are replaced.
        case dependsOnReplaced
        /// That depends on the size of the version before, of which a bound is known at most.
        case dependsOnStanding
    }

    var verdict: Verdict {
        // Instances that stay take something, but a set may be replaced as a whole.
        guard levels + arriving <= limit else { return .exceeds }
        if let bytes = standing.bytes {
            let staying = bytes - (replaced ?? 0)
            if levels + staying + arriving <= limit {
                return .fits(
                    InstanceBytes(bytes: staying + arriving, isExact: standing.isExact && replaced != nil))
            }
        }
        if replaced == nil { return .dependsOnReplaced }
        return standing.isExact ? .exceeds : .dependsOnStanding
    }
}
