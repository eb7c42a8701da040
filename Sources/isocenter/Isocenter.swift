import ArgumentParser

/// The program: a self-hosted medical image store that speaks the AWS HealthImaging API.
struct Isocenter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isocenter",
        abstract: "A self-hosted medical image store that speaks the AWS HealthImaging API.",
        discussion: """
            Start with `isocenter serve`. It keeps everything in one folder, needs no other server, and prints the
            lines that point the AWS CLI, boto3 and any AWS SDK at it.
            """,
        version: Version.current,
        subcommands: [
            Serve.self, ImportCommand.self, ImageSetsCommand.self, IAMCommand.self, Verify.self, Env.self, Codec.self,
        ])
}

/// The version of this build.
enum Version {
    static let current = "0.1.0"
}
