import Foundation
import Testing

/// The drawing in Documentation/architecture.md against the imports of the sources.
struct ModuleImportTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func importsAreAsDrawn() throws {
        let drawn = try Self.drawing()
        for (module, arrows) in drawn {
            let found = try Self.imports(of: module).intersection(drawn.keys)
            #expect(found == arrows, "\(module): the imports and the drawing differ")
        }
    }

    @Test func everyModuleIsDrawn() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            at: Self.package.appendingPathComponent("Sources"), includingPropertiesForKeys: nil)
        // System libraries hold no Swift; TestSupport is for tests only.
        let modules = Set(folders.map(\.lastPathComponent)).subtracting([
            "CZlib", "CDeflate", "CMalloc", "CProcessor", "COpenJPEG", "CFrameWorkers", "CForeignCodecs", "TestSupport",
        ])
        #expect(try modules == Set(Self.drawing().keys))
    }

    @Test func nothingPointsUpwards() throws {
        var seen: Set<String> = []
        for (module, arrows) in try Self.orderedDrawing() {
            #expect(arrows.isSubset(of: seen), "\(module) imports what is drawn at or above its place")
            seen.insert(module)
        }
    }

    @Test(arguments: [
        ("HummingbirdCore", ["Gateway"]), ("GRDB", ["CatalogSQLite"]), ("GRDBSQLite", ["CatalogSQLite"]),
        ("AsyncHTTPClient", ["S3", "EventSinks"]),
    ])
    func heavyDependenciesStayInTheirModules(dependency: String, owners: [String]) throws {
        for module in try Self.drawing().keys where try Self.imports(of: module).contains(dependency) {
            #expect(owners.contains(module))
        }
    }

    @Test(arguments: ["DICOM", "HTJ2K", "Signing"])
    func pureModulesDoWithoutFoundation(module: String) throws {
        #expect(try Self.imports(of: module).isDisjoint(with: ["Foundation", "Glibc", "NIOCore", "Dispatch"]))
    }

    private static func drawing() throws -> [String: Set<String>] {
        Dictionary(uniqueKeysWithValues: try orderedDrawing())
    }

    private static func orderedDrawing() throws -> [(String, Set<String>)] {
        let text = try String(
            contentsOf: package.appendingPathComponent("Documentation/architecture.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("    ") && $0.contains("->") }.map { line in
            let sides = line.split(separator: "->", omittingEmptySubsequences: false)
            let arrows = sides[1].split { $0 == "," || $0 == " " }.map(String.init)
            return (sides[0].trimmingCharacters(in: .whitespaces), Set(arrows))
        }
    }

    private static func imports(of module: String) throws -> Set<String> {
        let folder = package.appendingPathComponent("Sources/\(module)")
        guard let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        var imports: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for line in text.split(separator: "\n") {
                var words = line.split(separator: " ").map(String.init)
                if ["public", "internal", "package", "private", "@preconcurrency"].contains(words.first ?? "") {
                    words.removeFirst()
                }
                if words.first == "import", words.count == 2 { imports.insert(words[1]) }
            }
        }
        return imports
    }
}
