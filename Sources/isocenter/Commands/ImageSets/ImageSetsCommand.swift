import ArgumentParser
import Catalog
import Embedded
import ImageSets
import Store

/// Looks at image sets and changes them, on the data folder itself: no credentials, no HTTP.
struct ImageSetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image-sets",
        abstract: "List, show, compare, update, copy, promote and delete image sets.",
        discussion: """
            Works on the data folder, also while the server runs; promoting and deleting need the server to be stopped, \
            or its own API (`aws medical-imaging copy-image-set`, `delete-image-set`).
            """,
        subcommands: [
            List.self, Show.self, Versions.self, Diff.self, Update.self, Copy.self, Promote.self, Delete.self,
        ])
}

/// The data folder and one of its data stores.
struct DatastoreOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: "The data store's id or name; may be left out when there is only one.")
    var datastore: String?

    /// Runs with the data store open. Exclusive work is refused while a server holds the folder: it would keep in memory
    /// what is gone.
    func run(isExclusive: Bool = false, _ body: (Datastore) async throws -> Void) async throws {
        let settings = try common.settings()
        ProcessTuning.apply()
        let directory = try settings.openDirectory()
        let isServerRunning = try !directory.tryLock()
        guard !isExclusive || !isServerRunning else {
            throw ValidationError(
                "a server is using \(settings.dataPath); do this through its API (aws medical-imaging), or stop it")
        }
        let store = try await Store.open(
            settings.store(), environment: .system, engines: EmbeddedEngines(directory),
            role: isServerRunning ? .submitter : .owner)
        try await StoreRefusal.closing(store) { try await body(open(in: store)) }
    }

    private func open(in store: Store) async throws -> Datastore {
        let active = try await store.datastores().filter { $0.status == .active }
        let found = active.filter { one in datastore.map { $0 == one.id.description || $0 == one.name } ?? true }
        guard found.count == 1 else {
            throw ValidationError(
                found.isEmpty
                    ? "there is no such data store"
                    : "\(found.count) data stores could be meant; give the id of one with --datastore")
        }
        return try await store.open(found[0].id)
    }
}

/// The data store with one image set of it.
struct ImageSetOptions: ParsableArguments {
    @OptionGroup var store: DatastoreOptions

    @Argument(help: "The image set's id.")
    var imageSet: String

    func id() throws -> ImageSetID {
        guard let id = ImageSetID(imageSet) else { throw ValidationError("\(imageSet) is not the id of an image set") }
        return id
    }
}

extension ImageSetVersion {
    /// One line for people.
    var line: String {
        let kind = imageSet.isPrimary ? "primary" : "non-primary"
        let number = "version \(version.number)"
        return "\(imageSet.id)  \(kind)  \(number)  \(imageSet.state.rawValue)  \(version.status.rawValue)"
    }
}
