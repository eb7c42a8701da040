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
    /// Bytes that came and have not been passed on, from `place` on; what lies before is dropped once a fragment.
    private var pending: [UInt8]
    private var place = 0
    /// Up to where `pending` is known not to hold the beginning of what is looked for.
    private var searched = 0
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
        if case .epilogue = state { return [] }
        buffer.withUnsafeReadableBytes { pending.append(contentsOf: $0) }
        var events: [Event] = []
        while try step(&events) {}
        pending.removeFirst(place)
        searched = max(0, searched - place)
        place = 0
        return events
    }

    /// Ends the body; throws when it was cut.
    func finish() throws(ExchangeError) {
        guard case .epilogue = state else {
            throw ExchangeError(.malformed, "the multipart body ends before its last boundary")
        }
    }

    private mutating func step(_ events: inout [Event]) throws(ExchangeError) -> Bool {
        switch state {
        case .preamble, .data:
            let isData = if case .data = state { true } else { false }
            let found = find(delimiter)
            // Without a delimiter all is data but what may be the beginning of one.
            let end = found ?? max(place, pending.count - (delimiter.count - 1))
            if isData, end > place { events.append(.data(ByteBuffer(bytes: pending[place..<end]))) }
            place = end
            return found == nil ? false : try passBoundary(&events, endsPart: isData)
        case .headers:
            return try readHeaders(&events)
        case .epilogue:
            place = pending.count
            return false
        }
    }

    /// Steps over the delimiter at `place` once the bytes that tell its kind are there.
    private mutating func passBoundary(_ events: inout [Event], endsPart: Bool) throws(ExchangeError) -> Bool {
        var end = place + delimiter.count
        guard pending.count >= end + 2 else { return false }
        if pending[end] == UInt8(ascii: "-"), pending[end + 1] == UInt8(ascii: "-") {
            if endsPart { events.append(.end) }
            state = .epilogue
            return true
        }
        while end < pending.count, pending[end] == 0x20 || pending[end] == 0x09 { end += 1 }
        guard end - place <= Self.headerLimit else {
            throw ExchangeError(.malformed, "a multipart boundary line is too long")
        }
        guard pending.count >= end + 2 else { return false }
        guard pending[end] == 0x0D, pending[end + 1] == 0x0A else {
            // Not a boundary but data (or preamble) that begins like one.
            if endsPart { events.append(.data(ByteBuffer(bytes: pending[place..<place + 2]))) }
            place += 2
            return true
        }
        if endsPart { events.append(.end) }
        partCount += 1
        guard partCount <= Self.partLimit else {
            throw ExchangeError(.malformed, "the multipart body has more than \(Self.partLimit) parts")
        }
        // The CRLF stays: an empty header block is the empty line that follows at once.
        place = end
        state = .headers
        return true
    }

    private mutating func readHeaders(_ events: inout [Event]) throws(ExchangeError) -> Bool {
        let found = find([0x0D, 0x0A, 0x0D, 0x0A])
        guard (found ?? pending.count) - place <= Self.headerLimit else {
            throw ExchangeError(.malformed, "the header of a part is longer than \(Self.headerLimit) bytes")
        }
        guard let end = found else { return false }
        var headers: [String: String] = [:]
        for line in String(decoding: pending[place..<end], as: UTF8.self).split(separator: "\r\n") {
            let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            headers[pair[0].lowercased()] = String(pair[1].drop { $0 == " " || $0 == "\t" })
        }
        place = end + 4
        events.append(.begin(headers: headers))
        state = .data
        return true
    }

    /// The first place of a pattern. What was searched before is not searched again, so that a body in small fragments
    /// costs no more than one in large ones.
    private mutating func find(_ pattern: [UInt8]) -> Int? {
        let last = pending.count - pattern.count
        let start = max(place, searched)
        guard start <= last else { return nil }
        let found = pending.withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern -> Int? in
                var place = start
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
        searched = found ?? last + 1
        return found
    }
}
