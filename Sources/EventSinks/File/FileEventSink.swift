public import Catalog
public import Events
import NIOPosix
import Synchronization

/// Appends each event to a file as one line of JSON; an event counts as delivered once it is on the disk.
public final class FileEventSink: EventSink {
    /// The name that events wait for it under.
    public let name: String
    private let file: Mutex<EventFile>

    /// A sink on the file at `path`, which is made when absent; throws when it cannot be written.
    public init(name: String, path: String) throws(EventSinkError) {
        self.name = name
        file = Mutex(try EventFile(path: path))
    }

    /// Appends events, all or none of them.
    public func deliver(_ events: [EventRecord]) async -> EventReceipt {
        let lines = events.flatMap { Array($0.json.utf8) + [UInt8(ascii: "\n")] }
        do {
            try await NIOThreadPool.singleton.runIfActive { [self] in
                try file.withLock { try $0.append(lines) }
            }
            return EventReceipt(delivered: Set(events.map(\.id)))
        } catch let error as EventSinkError {
            return EventReceipt(delivered: [], failure: error)
        } catch {
            return EventReceipt(delivered: [], failure: EventSinkError("the file was not written: \(type(of: error))"))
        }
    }

    /// Closes the file.
    public func close() async {
        file.withLock { $0.close() }
    }
}
