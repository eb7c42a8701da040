import ArgumentParser
import Catalog
import DICOM
import Embedded
import Foundation
import Store

/// Who may do what: the roles that import jobs act in.
struct IAMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iam",
        abstract: "Look at roles and their policies, and change them, on the data folder itself.",
        discussion: """
            The names and the JSON are those of the AWS CLI's `aws iam`. Works beside a running server; a job that \
            begins after a change sees it. Policies are read from a file, or from standard input where it is `-`.
            """,
        subcommands: [
            ListRoles.self, GetRole.self, CreateRole.self, PutRolePolicy.self, DeleteRolePolicy.self, DeleteRole.self,
        ])

    /// Opens the store for a body that only reads and writes roles.
    static func withStore(_ common: CommonOptions, _ body: (Store) async throws -> Void) async throws {
        let settings = try common.settings()
        _ = try Log.start(level: settings.logLevel)
        let store = try await Store.open(
            settings.store(), environment: .system, engines: EmbeddedEngines(settings.openDirectory()),
            role: .submitter)
        try await StoreRefusal.closing(store) { try await body(store) }
    }

    /// The text of a file, or of standard input.
    static func text(of path: String) throws -> String {
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile()
            : try Data(contentsOf: URL(fileURLWithPath: path))
        guard let text = String(data: data, encoding: .utf8) else { throw ValidationError("\(path) is not UTF-8") }
        return text
    }

    /// ListRoles.
    struct ListRoles: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the roles.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await IAMCommand.withStore(common) { store in
                let roles = try await store.roles()
                var json = JSONWriter()
                json.beginObject()
                try json.array("Roles") { json in
                    for role in roles { try json.write(role, of: store, withPolicies: false) }
                }
                json.endObject()
                print(String(decoding: json.bytes, as: UTF8.self))
            }
        }
    }

    /// GetRole, with what GetRolePolicy tells of each inline policy.
    struct GetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a role with its policies.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The role's name.") var name: String

        func run() async throws {
            try await IAMCommand.withStore(common) { store in
                try await IAMCommand.show(name, of: store)
            }
        }
    }

    static func show(_ name: String, of store: Store) async throws {
        var json = JSONWriter()
        json.beginObject()
        json.name("Role")
        try json.write(try await store.role(name), of: store, withPolicies: true)
        json.endObject()
        print(String(decoding: json.bytes, as: UTF8.self))
    }
}
