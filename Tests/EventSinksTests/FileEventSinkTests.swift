import Catalog
import DICOM
import EventSinks
import Events
import Foundation
import Synchronization
import TestSupport
import Testing

struct FileEventSinkTests {
    @Test(arguments: EventSinkSuite.checks)
    func keepsTheContract(_ check: EventSinkSuite.Check) async throws {
        let place = try FilePlace()
        try await check.run(on: place)
    }

    @Test(arguments: [1, 5, 21, 22, 100])
    func aTornLastLineIsTakenAway(length: Int) async throws {
        let place = try FilePlace()
        let whole = EventSinkSuite.event(1).json + "\n"
        let torn = String(EventSinkSuite.event(2).json.prefix(length))
        try Data((whole + torn).utf8).write(to: place.file)
        let sink = try FileEventSink(name: "file", path: place.file.path)
        #expect(try String(contentsOf: place.file, encoding: .utf8) == whole)
        #expect(await sink.deliver([EventSinkSuite.event(2)]).failure == nil)
        #expect(try place.arrivals() == [1, 2].map { EventSinkSuite.event($0).detail })
        await sink.close()
    }

    @Test func aFileOfSomethingElseIsRefusedAndLeftAlone() throws {
        let place = try FilePlace()
        for text in [
            "no event", "# a file\nand more", "{\"version\":\"0\",\"id\":\"" + String(repeating: "x", count: 1 << 18),
        ] {
            try Data(text.utf8).write(to: place.file)
            #expect(throws: EventSinkError.self) { try FileEventSink(name: "file", path: place.file.path) }
            #expect(try String(contentsOf: place.file, encoding: .utf8) == text)
        }
    }

    @Test func aRotatedFileIsFollowedByANewOne() async throws {
        let place = try FilePlace()
        let sink = try FileEventSink(name: "file", path: place.file.path)
        #expect(await sink.deliver([EventSinkSuite.event(1)]).failure == nil)
        let old = place.file.appendingPathExtension("1")
        try FileManager.default.moveItem(at: place.file, to: old)
        #expect(await sink.deliver([EventSinkSuite.event(2)]).failure == nil)
        #expect(try FilePlace.details(in: old) == [EventSinkSuite.event(1).detail])
        #expect(try place.arrivals() == [EventSinkSuite.event(2).detail])
        // And one that is cut to nothing, as `copytruncate` does, goes on from its beginning.
        try FileHandle(forWritingTo: place.file).truncate(atOffset: 0)
        #expect(await sink.deliver([EventSinkSuite.event(3)]).failure == nil)
        #expect(try place.arrivals() == [EventSinkSuite.event(3).detail])
        await sink.close()
    }

    @Test func aFileThatCannotBeMadeIsSaidAtOnce() {
        #expect(throws: EventSinkError.self) { try FileEventSink(name: "file", path: "/nowhere/events.ndjson") }
    }
}

/// A file in a folder of its own, which takes nothing while the folder is gone.
private final class FilePlace: EventSinkSuite.Place {
    let folder = FileManager.default.temporaryDirectory.appending(path: "isocenter-events-\(UUID().uuidString)")
    var file: URL { folder.appending(path: "events.ndjson") }
    private var moved: URL { folder.appendingPathExtension("moved") }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func sink() async throws -> any EventSink {
        try FileEventSink(name: "file", path: file.path)
    }

    func setWorking(_ isWorking: Bool) throws {
        try FileManager.default.moveItem(at: isWorking ? moved : folder, to: isWorking ? folder : moved)
    }

    func arrivals() throws -> [String] {
        try Self.details(in: file)
    }

    static func details(in file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let detail = try #require(try JSONValue(line.utf8)["detail"])
            var json = JSONWriter()
            json.value(detail)
            return String(decoding: json.bytes, as: UTF8.self)
        }
    }
}
