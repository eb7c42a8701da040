import ArgumentParser
import Store

extension IAMCommand {
    /// CreateRole.
    struct CreateRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a role that those may act in whom its trust policy names.",
            discussion: "For import jobs, name the service medical-imaging.amazonaws.com.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The role's name.") var name: String
        @Option(name: .long, help: "A file with the trust policy.") var assumeRolePolicyDocument: String
        @Option(name: .long, help: "What stands before the name in the role's ARN.") var path = "/"

        func run() async throws {
            let document = try IAMCommand.text(of: assumeRolePolicyDocument)
            try await IAMCommand.withStore(common) { store in
                try await store.createRole(name, path: path, trustPolicy: document)
                try await IAMCommand.show(name, of: store)
            }
        }
    }

    /// PutRolePolicy.
    struct PutRolePolicy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Set an inline policy of a role.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The role's name.") var name: String
        @Option(name: .long, help: "The policy's name in the role.") var policyName: String
        @Option(name: .long, help: "A file with the policy.") var policyDocument: String

        func run() async throws {
            let document = try IAMCommand.text(of: policyDocument)
            try await IAMCommand.withStore(common) { store in
                try await store.setPolicy(document, named: policyName, ofRole: name)
            }
        }
    }

    /// DeleteRolePolicy.
    struct DeleteRolePolicy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an inline policy of a role.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The role's name.") var name: String
        @Option(name: .long, help: "The policy's name in the role.") var policyName: String

        func run() async throws {
            try await IAMCommand.withStore(common) { store in
                try await store.removePolicy(named: policyName, ofRole: name)
            }
        }
    }

    /// DeleteRole.
    struct DeleteRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a role with its policies; jobs that name it fail.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The role's name.") var name: String

        func run() async throws {
            try await IAMCommand.withStore(common) { store in
                try await store.deleteRole(name)
            }
        }
    }
}
