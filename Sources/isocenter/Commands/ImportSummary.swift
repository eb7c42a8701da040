import Catalog
import Foundation
import ImageSets
import Import
import Store

/// How an import went.
struct ImportSummary {
    private let job: ImportJobRecord
    private let counts: ImportFileCounts
    private var imageSets: Set<ImageSetID> = []
    private var failures: [(key: String, message: String)] = []
    private var warningCount = 0

    init(_ job: ImportJobRecord, in datastore: Datastore) async throws {
        self.job = job
        counts = try await datastore.importFileCounts(of: job.id)
        var last: String?
        while true {
            let page = try await datastore.importFiles(of: job.id, after: last, limit: 500)
            guard let end = page.last else { break }
            last = end.key
            for file in page {
                switch file.state {
                case .imported(let imageSet, _, _, let warnings):
                    imageSets.insert(imageSet)
                    if !warnings.isEmpty { warningCount += 1 }
                case .failed(_, let message, _):
                    failures.append((file.key, message))
                case .pending, .staged:
                    break
                }
            }
        }
    }

    var isClean: Bool {
        job.status == .completed && failures.isEmpty
    }

    /// For people: what matters first, failures loudly.
    var text: String {
        var lines: [String] = []
        if job.status == .failed {
            lines.append("IMPORT FAILED: \(job.message ?? "no reason given")")
        }
        lines.append(
            "Imported \(counts.imported) of \(counts.scanned) files into \(imageSets.count) image sets" + duration
                + (warningCount > 0 ? ", \(warningCount) with warnings." : "."))
        if !failures.isEmpty {
            lines.append("\(failures.count) FILES FAILED:")
            lines += failures.prefix(50).map { "  /\($0.key): \($0.message)" }
            if failures.count > 50 { lines.append("  and \(failures.count - 50) more") }
        }
        if let results = job.resultS3URI, let folder = S3URI(results) {
            lines.append("Results: /\(folder.key)")
        }
        return lines.joined(separator: "\n")
    }

    /// From the job's submission to its end; nil when it has not ended.
    private var seconds: Double? {
        job.endedAt.map { Double($0.milliseconds - job.submittedAt.milliseconds) / 1000 }
    }

    private var duration: String {
        seconds.map { " in \(String(format: "%.2f", $0)) s" } ?? ""
    }

    var json: String {
        var summary: [String: String] = [
            "jobId": job.id.description, "jobStatus": job.status.rawValue, "scanned": "\(counts.scanned)",
            "imported": "\(counts.imported)", "failed": "\(failures.count)", "imageSets": "\(imageSets.count)",
        ]
        summary["seconds"] = seconds.map { String(format: "%.3f", $0) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? String(decoding: encoder.encode(summary), as: UTF8.self)) ?? "{}"
    }
}
