import NIOCore
package import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server that answers as a test says, and keeps what it was asked.
package final class ScriptedServer: Sendable {
    /// One request, with its whole body.
    package struct Request: Sendable {
        package var method: HTTPMethod
        package var uri: String
        package var headers: HTTPHeaders
        package var body: [UInt8]

        package func header(_ name: String) -> String? { headers.first(name: name) }

        /// The region in the credential scope of its signature.
        package var signedRegion: String? {
            header("authorization")?.split(separator: "/").dropFirst(2).first.map(String.init)
        }
    }

    /// What it answers with.
    package enum Reply: Sendable {
        case answer(Int, HTTPHeaders = [:], [UInt8] = [])
        /// An answer that ends before its Content-Length does.
        case cut(Int, HTTPHeaders, [UInt8])
        /// No answer at all.
        case hangUp

        package static func xml(_ status: Int, _ text: String, _ headers: HTTPHeaders = [:]) -> Reply {
            .answer(status, headers, Array(text.utf8))
        }

        package static func error(_ status: Int, _ code: String, _ more: String = "", _ headers: HTTPHeaders = [:])
            -> Reply
        {
            xml(status, "<?xml version=\"1.0\"?><Error><Code>\(code)</Code>\(more)</Error>", headers)
        }
    }

    private let channel: any Channel
    private let log = Mutex<[Request]>([])

    /// Starts a server; `script` gets each request and its number, counted from 0.
    package init(_ script: @escaping @Sendable (Request, Int) -> Reply) async throws {
        let box = HandlerBox()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Connection(box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        box.set { [weak self] request in
            let number = self?.log.withLock { log in
                log.append(request)
                return log.count - 1
            }
            return script(request, number ?? 0)
        }
    }

    package var port: Int { channel.localAddress?.port ?? 0 }
    package var requests: [Request] { log.withLock { $0 } }

    package func close() async throws {
        if channel.isActive { try await channel.close() }
    }

    /// What answers; set once the server is there.
    private final class HandlerBox: Sendable {
        private let handler = Mutex<(@Sendable (Request) -> Reply)?>(nil)

        func set(_ handler: @escaping @Sendable (Request) -> Reply) {
            self.handler.withLock { $0 = handler }
        }

        func reply(_ request: Request) -> Reply {
            handler.withLock { $0 }?(request) ?? .hangUp
        }
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let box: HandlerBox
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ box: HandlerBox) {
            self.box = box
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let piece):
                body += piece.readableBytesView
            case .end:
                guard let head else { return }
                reply(
                    box.reply(Request(method: head.method, uri: head.uri, headers: head.headers, body: body)), to: head,
                    context)
            }
        }

        private func reply(_ reply: Reply, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            switch reply {
            case .hangUp:
                context.close(promise: nil)
            case .answer(let status, let headers, let body):
                write(status, headers, body, head, context)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cut(let status, let headers, let body):
                write(status, headers, body, head, context)
                context.flush()
                context.close(promise: nil)
            }
        }

        private func write(
            _ status: Int, _ headers: HTTPHeaders, _ body: [UInt8], _ head: HTTPRequestHead,
            _ context: ChannelHandlerContext
        ) {
            var headers = headers
            if !headers.contains(name: "content-length") {
                headers.add(name: "content-length", value: "\(body.count)")
            }
            let answer = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            guard head.method != .HEAD, !body.isEmpty else { return }
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
    }
}
