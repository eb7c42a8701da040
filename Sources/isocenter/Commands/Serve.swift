import ArgumentParser
import Embedded
import EventSinks
import Events
import Foundation
import Gateway
import Import
import Logging
import ServiceLifecycle
import Store
import UnixSignals

/// Starts the store and the API.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start the store and its API on one port.",
        discussion: """
            The first start makes the data folder, the encryption keyring and a root access key, which is shown once.
            Stop with Ctrl-C or SIGTERM: requests in progress are answered first.
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: "The address to listen on. Default: 127.0.0.1.")
    var host: String?

    @Option(name: .shortAndLong, help: "The port to listen on; 0 lets the system choose. Default: 8080.")
    var port: Int?

    @Option(
        name: .long, parsing: .singleValue,
        help: "Let a folder stand for an S3 bucket, as name=folder. May be repeated.")
    var bucket: [String] = []

    @Option(name: .long, help: "Append every event to this file, one JSON object a line.")
    var eventsFile: String?

    @Option(name: .long, help: "The TLS certificate chain, a PEM file.")
    var tlsCertificate: String?

    @Option(name: .long, help: "The TLS private key, a PEM file.")
    var tlsKey: String?

    @Flag(name: .long, help: "Take requests without a signature. For development, on loopback only.")
    var insecureNoAuth = false

    func run() async throws {
        let settings = try effectiveSettings()
        ProcessTuning.apply()
        let logger = try Log.start(level: settings.logLevel)
        let buckets = try Buckets(settings)
        try await closing(buckets.close) {
            let directory = try settings.openDirectory()
            try directory.lock()
            // Not before the lock: whoever else has the folder may be writing to the same file of events.
            let sinks = try settings.eventSinks()
            try await closing({ for sink in sinks { try await sink.close() } }) {
                try await serve(settings, directory, buckets, sinks, logger)
            }
        }
    }

    /// Runs a body, then an end whatever has become of it; the first error tells more.
    private func closing(_ close: () async throws -> Void, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            try? await close()
            throw error
        }
        try await close()
    }

    private func serve(
        _ settings: Settings, _ directory: DataDirectory, _ buckets: Buckets, _ sinks: [any EventSink],
        _ logger: Logger
    ) async throws {
        let store = try await Store.open(
            settings.store(), environment: .system, engines: EmbeddedEngines(directory),
            foreignCodec: settings.foreignCodec())
        let dropped = try await store.setEventSinks(Set(sinks.map(\.name)))
        if dropped > 0 {
            logger.warning(
                "events of sinks that are no longer configured were dropped", metadata: ["count": "\(dropped)"])
        }
        let firstStart = try await FirstStart.makeIfAbsent(in: store)
        try makeBucketFolders(settings)

        let announcement = Announcement(settings: settings, directory: directory, firstStart: firstStart)
        let isUnauthenticated = insecureNoAuth
        let gateway = try Gateway(
            store: store, configuration: settings.gateway(isUnauthenticated: isUnauthenticated), logger: logger
        ) { port in
            announcement.print(port: port, isUnauthenticated: isUnauthenticated, logger)
        }
        let importing = ImportService(store: store, objects: buckets.objects, logger: logger)
        let compacting = CompactionService(store: store, interval: settings.compactionPause, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: gateway, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup),
                    .init(
                        service: importing, successTerminationBehavior: .ignore,
                        failureTerminationBehavior: .cancelGroup),
                    .init(
                        service: compacting, successTerminationBehavior: .ignore,
                        failureTerminationBehavior: .cancelGroup),
                    .init(
                        service: EventDelivery(store: store, sinks: sinks, logger: logger),
                        successTerminationBehavior: .ignore, failureTerminationBehavior: .cancelGroup),
                    .init(
                        service: StorageTierService(store: store, logger: logger),
                        successTerminationBehavior: .ignore, failureTerminationBehavior: .cancelGroup),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        try await store.close()
    }

    private func effectiveSettings() throws -> Settings {
        var settings = try common.settings()
        settings.host = host ?? settings.host
        settings.port = port ?? settings.port
        if let eventsFile {
            settings.events = (settings.events ?? [:]).merging(["file": .init(file: eventsFile)]) { $1 }
        }
        if let tlsCertificate, let tlsKey {
            settings.tls = Settings.TLS(certificate: tlsCertificate, privateKey: tlsKey)
        } else if tlsCertificate != nil || tlsKey != nil {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        for mapping in bucket {
            let parts = mapping.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--bucket takes name=folder, not \(mapping)")
            }
            settings.buckets = (settings.buckets ?? [:]).merging([parts[0]: parts[1]]) { _, new in new }
        }
        return settings
    }

    private func makeBucketFolders(_ settings: Settings) throws {
        guard settings.buckets == nil else { return }
        try FileManager.default.createDirectory(
            atPath: settings.tutorialBucketPath, withIntermediateDirectories: true)
    }
}
