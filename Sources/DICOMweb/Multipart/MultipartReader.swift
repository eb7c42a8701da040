import Exchange
import NIOCore

/// Takes a `multipart` body apart (RFC 2046 5.1.1) as its bytes arrive, in any fragmentation, holding no more than a
/// header block or a boundary's worth of them.
///
/// Tolerated: a preamble and epilogue, CRLF or none before the first boundary, a missing final CRLF, spaces after a
/// boundary, CRLF CRLF inside the data. A boundary counts only at the start of a line.
struct MultipartReader {
    /// What the bytes were.
    enum Event: Equatable {
        case begin(headers: [String: String])
        case data(ByteBuffer)
        case end
    }

    private enum State {
        case preamble, headers, data, epilogue
    }

    /// A part's header block may be this long, and a body may have this many parts.
    private static let headerLimit = 16 << 10
    private static let partLimit = 100_000

    /// CRLF "--" boundary: what ends a part.
    private let delimiter: [UInt8]
    private var state = State.preamble
    private var pending: [UInt8]
    private var partCount = 0

    /// A reader for parts separated by `boundary`.
    init(boundary: String) throws(ExchangeError) {
        guard !boundary.isEmpty, boundary.utf8.count <= 200 else {
            throw ExchangeError(.malformed, "the multipart boundary is missing or too long")
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // A body may begin with its boundary: as if a line had ended before it.
        pending = Array("\r\n".utf8)
    }

    /// Takes more bytes and answers what they were.
    mutating func read(_ buffer: ByteBuffer) throws(ExchangeError) -> [Event] {
        buffer.withUnsafeReadableBytes { pending.append(contentsOf: $0) }
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// Ends the body; throws when it was cut.
    func finish() throws(ExchangeError) {
        guard case .epilogue = state else {
            throw ExchangeError(.malformed, "the multipart body ends before its last boundary")
        }
    }

    /// Whether nothing but the preamble has been seen.
    var isEmpty: Bool {
        partCount == 0
    }

    private mutating func step(_ events: inout [Event]) throws(ExchangeError) -> Bool {
        switch state {
        case .preamble:
            guard let place = find(delimiter) else {
                keepTail()
                return false
            }
            return try passBoundary(at: place, &events, endsPart: false)
        case .data:
            guard let place = find(delimiter) else {
                let ready = pending.count - min(pending.count, delimiter.count - 1)
                if ready > 0 {
                    events.append(.data(ByteBuffer(bytes: pending[..<ready])))
                    pending.removeFirst(ready)
                }
                return false
            }
            if place > 0 { events.append(.data(ByteBuffer(bytes: pending[..<place]))) }
            pending.removeFirst(place)
            return try passBoundary(at: 0, &events, endsPart: true)
        case .headers:
            return try readHeaders(&events)
        case .epilogue:
            pending.removeAll()
            return false
        }
    }

    /// Steps over a delimiter once the two bytes that tell its kind are there.
    private mutating func passBoundary(
        at place: Int, _ events: inout [Event], endsPart: Bool
    ) throws(ExchangeError) -> Bool {
        var end = place + delimiter.count
        guard pending.count >= end + 2 else {
            pending.removeFirst(place)
            return false
        }
        if pending[end] == UInt8(ascii: "-"), pending[end + 1] == UInt8(ascii: "-") {
            if endsPart { events.append(.end) }
            state = .epilogue
            pending.removeAll()
            return false
        }
        while end < pending.count, pending[end] == 0x20 || pending[end] == 0x09 { end += 1 }
        guard pending.count >= end + 2 else {
            guard end - place <= Self.headerLimit else {
                throw ExchangeError(.malformed, "a multipart boundary line is too long")
            }
            pending.removeFirst(place)
            return false
        }
        guard pending[end] == 0x0D, pending[end + 1] == 0x0A else {
            // Not a boundary but data (or preamble) that begins like one.
            if endsPart { events.append(.data(ByteBuffer(bytes: pending[place..<place + 2]))) }
            pending.removeFirst(place + 2)
            return true
        }
        if endsPart { events.append(.end) }
        partCount += 1
        guard partCount <= Self.partLimit else {
            throw ExchangeError(.malformed, "the multipart body has more than \(Self.partLimit) parts")
        }
        // The CRLF stays: an empty header block is the empty line that follows at once.
        pending.removeFirst(end)
        state = .headers
        return true
    }

    private mutating func readHeaders(_ events: inout [Event]) throws(ExchangeError) -> Bool {
        guard let end = find([0x0D, 0x0A, 0x0D, 0x0A]) else {
            guard pending.count <= Self.headerLimit else {
                throw ExchangeError(.malformed, "the header of a part is longer than \(Self.headerLimit) bytes")
            }
            return false
        }
        var headers: [String: String] = [:]
        for line in String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n") {
            let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            headers[pair[0].lowercased()] = String(pair[1].drop { $0 == " " || $0 == "\t" })
        }
        // The last CRLF may begin the delimiter of an empty part.
        pending.removeFirst(end + 4)
        events.append(.begin(headers: headers))
        state = .data
        return true
    }

    private mutating func keepTail() {
        let surplus = pending.count - (delimiter.count - 1)
        if surplus > 0 { pending.removeFirst(surplus) }
    }

    /// The first place of a pattern, by its first byte with memchr's speed.
    private func find(_ pattern: [UInt8]) -> Int? {
        guard pending.count >= pattern.count else { return nil }
        let last = pending.count - pattern.count
        return pending.withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern in
                var place = 0
                while place <= last {
                    guard let next = bytes[place...last].firstIndex(of: pattern[0]) else { return nil }
                    var length = 1
                    while length < pattern.count, bytes[next + length] == pattern[length] { length += 1 }
                    if length == pattern.count { return next }
                    place = next + 1
                }
                return nil
            }
        }
    }
}
