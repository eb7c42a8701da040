import Embedded
import Foundation
import Gateway
import Logging

/// What a start says: where the API is, where the data lives, and the lines that point AWS tools at it.
struct Announcement: Sendable {
    let settings: Settings
    let directory: DataDirectory
    let firstStart: FirstStart?

    /// Says it on standard output. A start that cannot be told is logged and goes on.
    func print(port: Int, isUnauthenticated: Bool, _ logger: Logger) {
        let gateway = settings.gateway(isUnauthenticated: isUnauthenticated)
        let endpoint = "\(gateway.tls == nil ? "http" : "https")://\(gateway.host):\(port)"
        var lines = [
            "", "Isocenter \(Version.current) is ready.", "",
            "  endpoint  \(endpoint)", "  data      \(directory.path)",
        ]
        for (name, folder) in settings.bucketFolders.sorted(by: { $0.key < $1.key }) {
            lines.append("  bucket    s3://\(name) = \(folder)")
        }
        lines.append("")
        if let firstStart {
            lines += [
                "The root access key of this store. It is shown this once: keep it.", "",
                "  access key id      \(firstStart.rootKey.id)",
                "  secret access key  \(firstStart.rootKey.secret)", "",
                "A role for import jobs, which may read and write every bucket (isocenter iam get-role import):", "",
                "  data access role   \(firstStart.importRole)", "",
            ]
        }
        if isUnauthenticated {
            lines += ["WARNING: requests are taken without a signature (--insecure-no-auth).", ""]
        }
        lines += ["For the AWS CLI, boto3 and every AWS SDK, in another shell:", ""]
        lines += EnvironmentExports(
            endpoint: endpoint, region: settings.region ?? "us-east-1", accessKeyID: firstStart?.rootKey.id,
            secretAccessKey: firstStart?.rootKey.secret
        ).lines.map { "  " + $0 }
        lines.append("")
        do {
            // Not `write(_:)`, which traps where standard output is closed or its disk is full.
            try FileHandle.standardOutput.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        } catch {
            let loss =
                firstStart == nil
                ? "" : "; the root access key was made but not shown: remove this new data folder and start again"
            logger.error("standard output cannot be written\(loss)")
        }
    }
}

/// The `export AWS_…` lines.
struct EnvironmentExports {
    let endpoint: String
    let region: String
    let accessKeyID: String?
    let secretAccessKey: String?

    /// Without the host prefix switch, SDKs dial `runtime-127.0.0.1` for 8 of the 18 operations (spec/00).
    var lines: [String] {
        [
            "export AWS_ENDPOINT_URL_MEDICAL_IMAGING=\(endpoint)",
            "export AWS_ACCESS_KEY_ID=\(accessKeyID ?? "<the access key id shown at the first start>")",
            "export AWS_SECRET_ACCESS_KEY=\(secretAccessKey ?? "<its secret access key>")",
            "export AWS_REGION=\(region) AWS_DEFAULT_REGION=\(region)",
            "export AWS_DISABLE_HOST_PREFIX_INJECTION=true",
        ]
    }
}
