import ArgumentParser
import Embedded
import Foundation
import Store

/// Reads every stored byte and checks it.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read every stored byte and check it against its checksum.",
        discussion: "Ends with exit code 1 when anything is damaged. The server must not be running on the same data.")

    @OptionGroup var common: CommonOptions

    @Flag(name: .long, help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        let settings = try common.settings()
        ProcessTuning.apply()
        let directory = try settings.openDirectory()
        try directory.lock()
        let store = try await Store.open(
            settings.store(), environment: .system, engines: EmbeddedEngines(directory))
        let progress = ProgressLine(isShown: !json)
        let report = try await store.verify { report in
            progress.show("\(report.objects) instances, \(report.bytes >> 20) MiB")
        }
        progress.clear()
        try await store.close()
        if json {
            print(report.json)
        } else {
            print("Checked \(report.objects) instances: \(report.blobs) blobs, \(report.bytes) bytes.")
            for damage in report.damages {
                let place = "data store \(damage.datastore), object \(damage.object), \(damage.part)"
                print("DAMAGED: \(place): \(damage.message)")
            }
            print(
                report.damages.isEmpty
                    ? "Everything reads back as it was written." : "\(report.damages.count) damaged.")
        }
        if !report.damages.isEmpty { throw ExitCode(1) }
    }
}

extension VerificationReport {
    fileprivate var json: String {
        let damages = damages.map { damage in
            "{\"datastoreId\":\"\(damage.datastore)\",\"object\":\(damage.object),\"part\":\"\(damage.part)\"}"
        }
        return "{\"objects\":\(objects),\"blobs\":\(blobs),\"bytes\":\(bytes),\"damages\":["
            + damages.joined(separator: ",") + "]}"
    }
}
