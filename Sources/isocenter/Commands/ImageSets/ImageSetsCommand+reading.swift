import ArgumentParser
import Catalog
import Foundation
import ImageSets
import Store

extension ImageSetsCommand {
    /// All image sets of a data store, the last changed first.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List image sets, the last changed first.")

        @OptionGroup var store: DatastoreOptions
        @Option(name: .long, help: "How many at most.") var limit = 50
        @Option(name: .long, help: "Only those of this Study Instance UID.") var study: String?

        func run() async throws {
            try await store.run { datastore in
                var query = ImageSetQuery(limit: max(limit, 0))
                if let study { query.filters = [.studyInstanceUID(study)] }
                for hit in try await datastore.searchImageSets(query) {
                    let found = try await datastore.imageSet(hit.imageSet.id)
                    print("\(found.line)  \(hit.imageSet.attributes.modality ?? "-")")
                }
            }
        }
    }

    /// An image set's properties, or its metadata.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an image set, or its metadata document.")

        @OptionGroup var options: ImageSetOptions
        @Option(name: .customLong("image-set-version"), help: "A version; default: the latest.") var version: Int?
        @Flag(name: .long, help: "Print the metadata document, which holds patient data.") var metadata = false

        func run() async throws {
            try await options.store.run { datastore in
                let id = try options.id()
                guard !metadata else {
                    let text = try await datastore.metadataText(of: id, version: version)
                    return print(String(decoding: text, as: UTF8.self))
                }
                let found = try await datastore.imageSet(id, version: version)
                print(found.line)
                let count = try await datastore.instanceCount(of: id, version: found.version.number)
                let attributes = found.imageSet.attributes
                print("study       \(attributes.grouping.studyInstanceUID)")
                print("series      \(attributes.grouping.seriesInstanceUID)")
                print("modality    \(attributes.modality ?? "-")")
                print("instances   \(count)")
                print("created     \(found.version.createdAt.text)")
                if let updatedAt = found.version.updatedAt { print("updated     \(updatedAt.text)") }
                if let accessed = found.imageSet.lastAccessedAt { print("accessed    \(accessed.text)") }
                print("tier        \(found.imageSet.storageTier.rawValue)")
                if let message = found.version.message { print("message     \(message)") }
            }
        }
    }

    /// The versions of an image set, newest first.
    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the versions of an image set, newest first.")

        @OptionGroup var options: ImageSetOptions

        func run() async throws {
            try await options.store.run { datastore in
                var before: Int?
                while true {
                    let page = try await datastore.versions(of: options.id(), before: before, limit: 500)
                    guard let last = page.last else { return }
                    before = last.version.number
                    for one in page.map(\.version) {
                        let forced = one.wasForced == true ? "  forced" : ""
                        let message = one.message.map { "  \($0)" } ?? ""
                        print(
                            "\(one.number)  \(one.status.rawValue)  \((one.updatedAt ?? one.createdAt).text)"
                                + forced + message)
                    }
                }
            }
        }
    }

    /// What changed between two versions.
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what changed between two versions; the output holds patient data.")

        @OptionGroup var options: ImageSetOptions
        @Argument(help: "The older version.") var from: Int
        @Argument(help: "The newer version; default: the latest.") var to: Int?

        func run() async throws {
            try await options.store.run { datastore in
                let difference = try await datastore.difference(of: options.id(), from: from, to: to)
                print(difference.entries.isEmpty ? "The versions have the same metadata." : difference.text)
            }
        }
    }
}

extension Timestamp {
    /// The instant in UTC for people.
    var text: String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
