import ArgumentParser
import Foundation

/// The options that every command working on the data folder takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: "A YAML file with settings; see Documentation/configuration.md.")
    var config: String?

    @Option(
        name: .long, help: "The folder that holds all data. Default: ~/.local/share/isocenter, or $ISOCENTER_DATA.")
    var data: String?

    /// The settings with these options laid over them.
    func settings() throws -> Settings {
        var settings = try Settings.load(file: config, environment: ProcessInfo.processInfo.environment)
        settings.dataDirectory = data ?? settings.dataDirectory
        return settings
    }
}
