import Glibc

/// One end of the socket between a server and a frame worker: packets of words.
public struct WorkerChannel: Sendable {
    /// The words that a packet may have: a reply with 33 resolutions has 68.
    public static let maximumWordCount = 80
    /// The descriptors that a worker is started with.
    public static let workerSocket: Int32 = 3
    /// The region that a worker shares with its server.
    public static let workerRegion: Int32 = 4

    let descriptor: Int32

    /// The end with this descriptor, which stays the caller's.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// What comes of waiting for a packet.
    public enum Received: Sendable, Equatable {
        case words([UInt32])
        /// The other end is gone.
        case closed
        case timedOut
    }

    /// Sends a packet; false when the other end is gone.
    public func send(_ words: [UInt32]) -> Bool {
        let packet = words.map(\.littleEndian)
        return packet.withUnsafeBytes { bytes in
            while true {
                let sent = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                if sent == bytes.count { return true }
                guard sent < 0, errno == EINTR else { return false }
            }
        }
    }

    /// Waits for a packet, at most `timeout`; for ever without one.
    public func receive(timeout: Duration? = nil) -> Received {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        if let deadline {
            while true {
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let left = max(.zero, ContinuousClock.now.duration(to: deadline))
                let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
                let ready = poll(&entry, 1, Int32(clamping: milliseconds + 1))
                if ready > 0 { break }
                if ready == 0, ContinuousClock.now >= deadline { return .timedOut }
                if ready < 0, errno != EINTR { return .closed }
            }
        }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.maximumWordCount) { buffer in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            while true {
                let count = recv(descriptor, bytes.baseAddress, bytes.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return .closed }
                return .words(buffer.prefix(count / 4).map { UInt32(littleEndian: $0) })
            }
        }
    }
}
