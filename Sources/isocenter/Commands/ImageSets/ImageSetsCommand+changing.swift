import ArgumentParser
import Catalog
import Foundation
import ImageSets
import Store

extension ImageSetsCommand {
    /// UpdateImageSetMetadata.
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the metadata of an image set, or revert it.",
            discussion: """
                Attributes go to the level that DICOM gives them. Example:
                  isocenter image-sets update ID --set PatientName=MX^MX --remove StudyDescription
                """)

        @OptionGroup var options: ImageSetOptions
        @Option(name: .long, help: "KEYWORD=VALUE: insert or replace an attribute; may be repeated.")
        var set: [String] = []
        @Option(name: .long, help: "KEYWORD: remove an attribute; may be repeated.") var remove: [String] = []
        @Option(name: .long, help: "SOP Instance UID: whose attributes of the instance level are meant.")
        var instance: String?
        @Option(name: .long, help: "SOP Instance UID: remove this instance; needs --force; may be repeated.")
        var removeInstance: [String] = []
        @Option(name: .long, help: "Revert to this version; nothing else then.") var revert: Int?
        @Flag(name: .long, help: "Set rules of DICOM aside; see the guide's metadata constraints.") var force = false
        @Flag(name: .long, help: "Apply Patient and Study changes to all primary image sets of the study.")
        var includeStudyImageSets = false

        func validate() throws {
            let changes = set.count + remove.count + removeInstance.count
            guard (changes > 0) != (revert != nil) else {
                throw ValidationError("give --set, --remove or --remove-instance, or else --revert")
            }
        }

        func run() async throws {
            try await options.store.run { datastore in
                let id = try options.id()
                let standing = try await datastore.imageSet(id)
                var update = MetadataUpdate(
                    latestVersion: standing.imageSet.latestVersion,
                    try revert.map { .revert(to: $0) }
                        ?? change(standing.imageSet.attributes.grouping.seriesInstanceUID))
                update.isForced = force
                update.includesStudy = includeStudyImageSets
                _ = try await datastore.updateMetadata(of: id, by: update)
                try await report(id, in: datastore)
            }
        }

        private func change(_ series: String) throws -> MetadataUpdate.Change {
            var updatable = ChangeText(seriesInstanceUID: series, instance: instance)
            var removable = ChangeText(seriesInstanceUID: series, instance: instance)
            do {
                for assignment in set {
                    guard let equals = assignment.firstIndex(of: "=") else {
                        throw ChangeRefusal("--set takes KEYWORD=VALUE")
                    }
                    try updatable.set(
                        String(assignment[..<equals]), to: String(assignment[assignment.index(after: equals)...]))
                }
                for name in remove { try removable.remove(name) }
                for uid in removeInstance { removable.nameInstance(uid) }
            } catch let refusal as ChangeRefusal {
                throw ValidationError(refusal.message)
            }
            return .attributes(
                updatable: updatable.isEmpty ? nil : updatable.bytes,
                removable: removable.isEmpty ? nil : removable.bytes)
        }
    }

    /// CopyImageSet.
    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy an image set to a new one beside the primary hierarchy, or into another one.")

        @OptionGroup var options: ImageSetOptions
        @Option(name: .long, help: "The image set that the instances are added to; default: a new one.")
        var to: String?
        @Option(name: .long, help: "SOP Instance UID: copy this instance; may be repeated; default: all.")
        var instance: [String] = []
        @Flag(name: .long, help: "Copy although Patient, Study or Series differ.") var force = false

        func run() async throws {
            try await options.store.run { datastore in
                let id = try options.id()
                let source = try await datastore.imageSet(id)
                var copy = ImageSetCopy(sourceVersion: source.imageSet.latestVersion)
                copy.isForced = force
                if !instance.isEmpty {
                    copy.copiableAttributes = ChangeText.selection(
                        instance, seriesInstanceUID: source.imageSet.attributes.grouping.seriesInstanceUID)
                }
                if let to {
                    guard let destination = ImageSetID(to) else {
                        throw ValidationError("\(to) is not the id of an image set")
                    }
                    copy.destination = ImageSetCopy.Destination(
                        imageSet: destination,
                        latestVersion: try await datastore.imageSet(destination).imageSet.latestVersion)
                }
                let made = try await datastore.copyImageSet(id, copy)
                try await report(made.destination.imageSet.id, in: datastore)
            }
        }
    }

    /// CopyImageSet with promoteToPrimary.
    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a primary image set of a copy.",
            discussion: "The set itself stays; delete it when the copy is what you want.")

        @OptionGroup var options: ImageSetOptions

        func run() async throws {
            try await options.store.run(isExclusive: true) { datastore in
                let id = try options.id()
                var copy = ImageSetCopy(sourceVersion: try await datastore.imageSet(id).imageSet.latestVersion)
                copy.promotesToPrimary = true
                let made = try await datastore.copyImageSet(id, copy)
                try await report(made.destination.imageSet.id, in: datastore)
            }
        }
    }

    /// DeleteImageSet.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an image set with all its versions, for good.")

        @OptionGroup var options: ImageSetOptions
        @Flag(name: .long, help: "Do it; without this the command only says what would go.") var yes = false

        func run() async throws {
            try await options.store.run(isExclusive: true) { datastore in
                let id = try options.id()
                let standing = try await datastore.imageSet(id)
                guard yes else {
                    print("\(standing.line)\nNothing was deleted; say --yes to delete it with all its versions.")
                    return
                }
                _ = try await datastore.deleteImageSet(id)
                print("\(id)  deleted")
            }
        }
    }
}

/// Says what stands now; a version that failed ends the command with code 1.
private func report(_ id: ImageSetID, in datastore: Datastore) async throws {
    let standing = try await datastore.imageSet(id)
    print(standing.line)
    guard let message = standing.version.message else { return }
    print(message)
    throw ExitCode(1)
}
