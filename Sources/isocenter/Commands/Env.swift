import ArgumentParser
import Foundation
import Gateway

/// Prints the lines that point AWS tools at the store.
struct Env: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the export AWS_… lines for the AWS CLI, boto3 and SDKs.",
        discussion: """
            Secrets are shown once, when they are made, and are not kept in plain form; so this prints the access key
            that is in the environment already, or a placeholder. Use it as: eval "$(isocenter env)"
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let settings = try common.settings()
        let gateway = settings.gateway(isUnauthenticated: false)
        let environment = ProcessInfo.processInfo.environment
        let exports = EnvironmentExports(
            endpoint: "\(gateway.tls == nil ? "http" : "https")://\(gateway.host):\(gateway.port)",
            region: settings.region ?? "us-east-1", accessKeyID: environment["AWS_ACCESS_KEY_ID"],
            secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"])
        for line in exports.lines {
            // A placeholder would be a syntax error in a shell; as a comment it tells what is missing.
            print(line.contains("<") ? "# " + line : line)
        }
    }
}
