/// The URLs under which studies, series and instances are retrieved (PS3.18 10.4).
///
/// UIDs go in percent-encoded: files with letters and worse in their UIDs are imported, and their URLs lead to them.
public struct RetrieveURL: Sendable {
    private let root: String

    /// URLs below a data store, on the origin that the client used.
    public init(origin: String, datastore: String) {
        root = "\(origin)/datastore/\(datastore)"
    }

    /// A study.
    public func study(_ study: String) -> String {
        "\(root)/studies/\(PercentEncoding.encode(study))"
    }

    /// A series.
    public func series(_ series: String, of study: String) -> String {
        "\(self.study(study))/series/\(PercentEncoding.encode(series))"
    }

    /// An instance; `imageSet` names the image set of one that is not primary, `version` a version of that set that is not
    /// the latest.
    public func instance(
        _ instance: String, series: String, study: String, below path: String = "", imageSet: String? = nil,
        version: Int? = nil
    ) -> String {
        let query = [imageSet.map { "imageSetId=\($0)" }, version.map { "version=\($0)" }].compactMap(\.self)
        return "\(self.series(series, of: study))/instances/\(PercentEncoding.encode(instance))\(path)"
            + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }
}
