import Foundation
import Gateway
import Yams

/// Everything that can be set, with defaults that work on a laptop. Precedence, rising: the YAML file, environment
/// variables, command line options (Documentation/configuration.md).
struct Settings: Codable, Sendable {
    /// Certificate chain and private key, PEM files.
    struct TLS: Codable, Sendable {
        var certificate: String
        var privateKey: String
    }

    /// The S3 service that import jobs read from and write to, for buckets that no folder stands for.
    struct S3: Codable, Sendable {
        /// `http://host:port` or `https://host`; AWS when absent.
        var endpoint: String?
        var region: String?
        var accessKeyId: String?
        var secretAccessKey: String?
        var sessionToken: String?
        /// `path` or `virtualHost`.
        var addressing: String?
    }

    var dataDirectory: String?
    var host: String?
    var port: Int?
    var region: String?
    var accountId: String?
    var tls: TLS?
    var trustForwardedHeaders: Bool?
    var allowedOrigins: [String]?
    /// Bucket names and the folders that stand for them.
    var buckets: [String: String]?
    var s3: S3?
    var logLevel: String?
    var compaction: Compaction?
    var quotas: Quotas?
    /// Where events go, by the names that they wait under.
    var events: [String: EventSinkSettings]?

    /// When the space of deleted image sets goes back to the disk, in seconds.
    struct Compaction: Codable, Sendable {
        /// Between two looks.
        var interval: Double?
    }

    /// Limits that differ from the service's; see `StoreQuotas`.
    struct Quotas: Codable, Sendable {
        var datastores: Int?
        var concurrentImportJobs: Int?
        var filesPerJob: Int?
        var foldersPerJob: Int?
        var bytesPerJob: Int64?
        var bytesPerFile: Int64?
        var metadataBytes: Int?
        var metadataUpdateBytes: Int?
        var framesPerCopy: Int?
        var concurrentChanges: Int?
        var storeRequestBytes: Int64?
        var tagsPerResource: Int?
    }
    /// Where the bytes of archived image sets are kept.
    var archiveDirectory: String?
    /// When image sets are archived.
    var archiveAfter: IdlePeriod?

    /// The file's settings, with those of the environment laid over them.
    static func load(file: String?, environment: [String: String]) throws -> Settings {
        var settings = Settings()
        if let path = file ?? environment["ISOCENTER_CONFIG"] {
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw SettingsError("the configuration file \(path) cannot be read: \(error.localizedDescription)")
            }
            do {
                settings = text.allSatisfy(\.isWhitespace) ? Settings() : try YAMLDecoder().decode(from: text)
            } catch {
                throw SettingsError("the configuration file \(path) is not valid: \(error)")
            }
        }
        try settings.overlay(environment)
        return settings
    }

    private mutating func overlay(_ environment: [String: String]) throws {
        dataDirectory = environment["ISOCENTER_DATA"] ?? dataDirectory
        host = environment["ISOCENTER_HOST"] ?? host
        region = environment["ISOCENTER_REGION"] ?? region
        accountId = environment["ISOCENTER_ACCOUNT_ID"] ?? accountId
        logLevel = environment["ISOCENTER_LOG_LEVEL"] ?? logLevel
        overlayS3(environment)
        try overlayEvents(environment)
        archiveDirectory = environment["ISOCENTER_ARCHIVE"] ?? archiveDirectory
        if let text = environment["ISOCENTER_ARCHIVE_AFTER"] { archiveAfter = try IdlePeriod(text) }
        if let text = environment["ISOCENTER_PORT"] {
            guard let number = Int(text), (0...65_535).contains(number) else {
                throw SettingsError("ISOCENTER_PORT is not a port number: \(text)")
            }
            port = number
        }
    }

    /// `ISOCENTER_S3_…`; the AWS_… variables are for clients of this store and mean nothing here.
    private mutating func overlayS3(_ environment: [String: String]) {
        let members: [(String, WritableKeyPath<S3, String?>)] = [
            ("ENDPOINT", \.endpoint), ("REGION", \.region), ("ACCESS_KEY_ID", \.accessKeyId),
            ("SECRET_ACCESS_KEY", \.secretAccessKey), ("SESSION_TOKEN", \.sessionToken),
            ("ADDRESSING", \.addressing),
        ]
        for (name, member) in members {
            guard let value = environment["ISOCENTER_S3_" + name] else { continue }
            s3 = s3 ?? S3()
            s3?[keyPath: member] = value
        }
    }

    /// The folder with all data, absolute.
    var dataPath: String {
        let shared = ProcessInfo.processInfo.environment["XDG_DATA_HOME"] ?? Self.home + "/.local/share"
        return Self.absolute(dataDirectory ?? shared + "/isocenter")
    }

    /// A path as written, from the root on.
    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path.hasPrefix("~/") ? home + path.dropFirst() : path).standardizedFileURL.path
    }

    private static var home: String {
        ProcessInfo.processInfo.environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
    }

    /// The folder that the bucket `isocenter` stands for unless the configuration maps it.
    var tutorialBucketPath: String {
        dataPath + "/buckets/isocenter"
    }

    /// The mapped buckets; with none configured, one named `isocenter` in the data folder, so that the tutorial works.
    var bucketFolders: [String: String] {
        buckets ?? ["isocenter": tutorialBucketPath]
    }

    var compactionPause: Duration { .seconds(compaction?.interval ?? 60) }

    /// How the gateway listens.
    func gateway(isUnauthenticated: Bool) -> GatewayConfiguration {
        var gateway = GatewayConfiguration()
        gateway.host = host ?? gateway.host
        gateway.port = port ?? gateway.port
        gateway.tls = tls.map { .init(certificatePath: $0.certificate, privateKeyPath: $0.privateKey) }
        gateway.trustsForwardedHeaders = trustForwardedHeaders ?? false
        gateway.allowedOrigins = allowedOrigins ?? gateway.allowedOrigins
        gateway.isUnauthenticated = isUnauthenticated
        return gateway
    }
}

/// Why the program cannot start as configured: what is wrong, and what to do.
struct SettingsError: Error, CustomStringConvertible, LocalizedError {
    let description: String
    var errorDescription: String? { description }

    init(_ description: String) {
        self.description = description
    }
}
