import Foundation

/// botocore's service model of medical-imaging, read through the Python environment of the tests.
struct ServiceModel {
    struct Operation {
        var method: String
        var path: String
        var errors: Set<String>
        var input: String
    }

    struct Member {
        var name: String
        var wireName: String
        var location: String
        var shape: String
        var isRequired: Bool
    }

    let operations: [String: Operation]
    let shapes: [String: [String: Any]]

    static var isPresent: Bool { shared != nil }

    nonisolated(unsafe) static let shared: ServiceModel? = load()

    private static func load() -> ServiceModel? {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let candidates = [package.appendingPathComponent(".build/python/bin/python").path, "/usr/bin/env"]
        let script = """
            import botocore, gzip, os, sys
            path = os.path.join(os.path.dirname(botocore.__file__), "data/medical-imaging/2023-07-19/service-2.json.gz")
            sys.stdout.buffer.write(gzip.open(path).read())
            """
        for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: candidate)
            process.arguments = (candidate.hasSuffix("env") ? ["python3"] : []) + ["-c", script]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { continue }
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            if let model = ServiceModel(data) { return model }
        }
        print("SKIPPED: botocore is not installed; the service model tests do not run")
        return nil
    }

    private init?(_ data: Data) {
        guard let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let operations = root["operations"] as? [String: [String: Any]],
            let shapes = root["shapes"] as? [String: [String: Any]]
        else { return nil }
        self.shapes = shapes
        self.operations = operations.compactMapValues { operation in
            guard let http = operation["http"] as? [String: Any], let method = http["method"] as? String,
                let path = http["requestUri"] as? String, let errors = operation["errors"] as? [[String: Any]],
                let input = operation["input"] as? [String: Any], let shape = input["shape"] as? String
            else { return nil }
            return Operation(
                method: method, path: path, errors: Set(errors.compactMap { $0["shape"] as? String }), input: shape)
        }
    }

    func members(ofInput shape: String) -> [Member] {
        members(of: shape, payload: shapes[shape]?["payload"] as? String)
    }

    func members(of shape: String, payload: String? = nil) -> [Member] {
        let members = shapes[shape]?["members"] as? [String: [String: Any]] ?? [:]
        let required = Set(shapes[shape]?["required"] as? [String] ?? [])
        return members.map { name, member in
            Member(
                name: name, wireName: member["locationName"] as? String ?? name,
                location: member["location"] as? String ?? (payload == name ? "payload" : "body"),
                shape: member["shape"] as? String ?? "", isRequired: required.contains(name))
        }
    }

    func status(ofError shape: String) -> Int? {
        (shapes[shape]?["error"] as? [String: Any])?["httpStatusCode"] as? Int
    }
}
