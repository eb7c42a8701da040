import Exchange
import Store

extension ResponseBody {
    /// Stored bytes: one buffer when they are at hand, else a stream.
    init(_ bytes: StreamedBytes) {
        if let buffer = bytes.buffer {
            self = .bytes(buffer)
        } else {
            self = .stream(length: bytes.length) { writer in try await bytes.write { try await writer.write($0) } }
        }
    }
}
