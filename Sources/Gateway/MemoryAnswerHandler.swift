import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers requests on the event loop where what they ask for is in memory, and lets all others pass to their task.
///
/// A request waits here until its short body is there. It is only looked at while no earlier request of the connection
/// is unanswered, so that answers keep their order (RFC 9112 9.3.2), and while the client takes what it is sent, so that
/// one that only asks and never reads fills no memory.
final class MemoryAnswerHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let dispatcher: Dispatcher
    /// The request whose body is awaited.
    private var held: (candidate: Dispatcher.MemoryCandidate, body: ByteBuffer)?
    /// How many requests passed and are not answered yet.
    private var unanswered = 0
    private var owesFlush = false

    init(dispatcher: Dispatcher) {
        self.dispatcher = dispatcher
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if unanswered == 0, context.channel.isWritable, let candidate = dispatcher.memoryCandidate(head) {
                held = (candidate, ByteBuffer())
            } else {
                unanswered += 1
                context.fireChannelRead(data)
            }
        case .body(var piece):
            guard held != nil else { return context.fireChannelRead(data) }
            held?.body.writeBuffer(&piece)
        case .end:
            guard let (candidate, body) = held else { return context.fireChannelRead(data) }
            held = nil
            if let answer = dispatcher.answerFromMemory(
                candidate, body: body, clientAddress: context.remoteAddress?.ipAddress)
            {
                context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
                context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
                context.write(wrapOutboundOut(.end(nil)), promise: nil)
                owesFlush = true
            } else {
                pass(candidate, body, context)
                context.fireChannelRead(data)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if owesFlush {
            owesFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client sends no more: whoever waits for the rest of a body must learn of it.
        if case ChannelEvent.inputClosed = event { passHeld(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        passHeld(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        passHeld(context)
        context.fireErrorCaught(error)
    }

    /// Lets a request go its usual way with what has come of it so far.
    private func passHeld(_ context: ChannelHandlerContext) {
        guard let (candidate, body) = held else { return }
        held = nil
        pass(candidate, body, context)
    }

    private func pass(_ candidate: Dispatcher.MemoryCandidate, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        unanswered += 1
        context.fireChannelRead(wrapInboundOut(.head(candidate.head)))
        if body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(body))) }
    }
}
