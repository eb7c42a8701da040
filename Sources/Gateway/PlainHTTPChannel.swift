import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// HTTP/1.1 over plain TCP: Hummingbird's connection handling, with answers from memory in front of it.
struct PlainHTTPChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let dispatcher: Dispatcher
    let idleTimeout: Duration

    /// A frame is written whole and taken by the socket at once; only a client that lags behind is to be waited for.
    private static let writeBuffer = ChannelOptions.Types.WriteBufferWaterMark(low: 256 << 10, high: 1 << 20)

    /// A body comes in few large pieces, each of which wakes the task that takes it; a connection that sends little is read
    /// into little.
    private static let readBuffer = AdaptiveRecvByteBufferAllocator(
        minimum: 1 << 10, initial: 4 << 10, maximum: 256 << 10)

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.syncOptions?.setOption(.writeBufferWaterMark, value: Self.writeBuffer)
            try channel.syncOptions?.setOption(.recvAllocator, value: Self.readBuffer)
            let pipeline = channel.pipeline.syncOperations
            // The task of a connection takes one request after the other, so pipelined ones need no assistance; errors
            // are answered by that task too, and HTTP types hold valid header fields only.
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
            try pipeline.addHandler(MemoryAnswerHandler(dispatcher: dispatcher))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
