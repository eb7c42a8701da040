import Dispatch
import Foundation
import Glibc

/// An answer as it stood on the wire.
struct RawAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// The values of a field, by its name in lower case.
    func values(_ name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }

    var errorType: String? { values("x-amzn-errortype").first }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A client's end of a TCP connection that sends just the bytes it is told to. Calls block threads of their own.
final class RawConnection: Sendable {
    struct Failure: Error {
        var reason: String
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "client")

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(reason: "no socket") }
        // Nothing waits for ever: a test that is not answered fails. The other tests of the process keep the cores busy.
        var timeout = timeval(tv_sec: 100, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(reason: "no connection") }
    }

    deinit {
        close(descriptor)
    }

    /// The bytes of a request's head.
    static func head(_ method: String, _ target: String, _ fields: [(name: String, value: String)]) -> [UInt8] {
        let lines = fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        return Array("\(method) \(target) HTTP/1.1\r\n\(lines)\r\n".utf8)
    }

    /// Sends bytes and reads one answer.
    func exchange(_ bytes: [UInt8], method: String = "GET") async throws -> RawAnswer {
        try await send(bytes)
        return try await answer(to: method)
    }

    func send(_ bytes: [UInt8]) async throws {
        try await onQueue { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failure(reason: "the server does not take more") }
                sent += count
            }
        }
    }

    /// Ends sending: the server reads to an end of file.
    func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads one answer; informational ones are read over unless `takesInformational`.
    func answer(to method: String = "GET", takesInformational: Bool = false) async throws -> RawAnswer {
        try await onQueue { [self] in
            while true {
                let answer = try readAnswer(hasBody: method != "HEAD")
                if takesInformational || answer.status >= 200 { return answer }
            }
        }
    }

    /// Whether the server ends the connection without another byte.
    func isEnded() async throws -> Bool {
        try await onQueue { [self] in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) == 0
        }
    }

    private func onQueue<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    private func readAnswer(hasBody: Bool) throws -> RawAnswer {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) { head += try read(1) }
        var lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
        let status = Int(lines.removeFirst().split(separator: " ")[1]) ?? 0
        let headers = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: parts[0].lowercased(), value: parts[1].trimmingCharacters(in: .whitespaces))
        }
        var answer = RawAnswer(status: status, headers: headers, body: [])
        guard hasBody, status >= 200, status != 204 else { return answer }
        if let length = answer.values("content-length").first.flatMap({ Int($0) }) {
            answer.body = try read(length)
        } else if answer.values("transfer-encoding") == ["chunked"] {
            while true {
                var line: [UInt8] = []
                while !line.suffix(2).elementsEqual([13, 10]) { line += try read(1) }
                let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? 0
                answer.body += try read(size)
                _ = try read(2)
                if size == 0 { break }
            }
        }
        return answer
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let more = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + got, count - got, 0) }
            guard more > 0 else { throw Failure(reason: more == 0 ? "the server hung up" : "the server is silent") }
            got += more
        }
        return bytes
    }
}
