import DICOM

/// `importConfiguration` of a job: which files of JSON metadata are laid over which instances.
struct MetadataMappings: Sendable {
    /// One of `dicomMetadataMappings`.
    struct Mapping: Sendable, Hashable {
        var studyInstanceUID: String
        var seriesInstanceUID: String?
        /// Relative to inputS3Uri.
        var path: String
    }

    let all: [Mapping]
    private var byStudy: [String: Int] = [:]
    private var bySeries: [Series: Int] = [:]

    private struct Series: Hashable {
        var study: String
        var series: String
    }

    /// No mappings.
    static let none = MetadataMappings([])

    init(_ mappings: [Mapping]) {
        all = mappings
        for (index, mapping) in mappings.enumerated() {
            if let series = mapping.seriesInstanceUID {
                bySeries[Series(study: mapping.studyInstanceUID, series: series)] = index
            } else {
                byStudy[mapping.studyInstanceUID] = index
            }
        }
    }

    /// Reads the configuration, whose form was checked when the job was submitted.
    init(configuration text: String?) throws {
        guard let text else {
            self = .none
            return
        }
        let json = try JSONValue(Array(text.utf8))
        let entries = json["dicomJsonMetadataImportConfiguration"]?["dicomMetadataMappings"]?.array ?? []
        self.init(
            try entries.map { entry in
                guard let study = entry["studyInstanceUID"]?.string, let path = entry["metadataFilePath"]?.string else {
                    throw ImportJobFailure("importConfiguration has a mapping without study or file")
                }
                return Mapping(
                    studyInstanceUID: study, seriesInstanceUID: entry["seriesInstanceUID"]?.string, path: path)
            })
    }

    /// The most specific mapping for an instance.
    func index(study: String, series: String) -> Int? {
        bySeries[Series(study: study, series: series)] ?? byStudy[study]
    }

    /// The keys of the mapped files.
    func keys(below input: S3URI) -> Set<String> {
        Set(all.map { input.appending($0.path).key })
    }

    /// What the owner of a job should know of mappings that matched no file, by their place in the request, counted from
    /// 1: UIDs are not repeated.
    func remark(used: Set<Int>) -> String? {
        let unused = all.indices.filter { !used.contains($0) }.map { "\($0 + 1)" }
        guard !unused.isEmpty else { return nil }
        let shown = unused.prefix(50).joined(separator: ", ") + (unused.count > 50 ? ", ..." : "")
        return "\(unused.count) of \(all.count) dicomMetadataMappings match no file: number \(shown)"
    }
}
