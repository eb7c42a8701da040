import DICOMweb
import Exchange
import HTTPTypes
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import NativeAPI
public import ServiceLifecycle
public import Store

/// The HTTP server: one port for the cloud-native API and DICOMweb, over HTTP/1.1 and, with TLS, HTTP/2.
///
/// Authenticates first, then lets the API that owns the path answer. Graceful shutdown lets running requests end.
public struct Gateway: Service {
    private let configuration: GatewayConfiguration
    private let dispatcher: Dispatcher
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// A server for `store`; `onListening` is told the port once requests are taken.
    public init(
        store: Store, configuration: GatewayConfiguration, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.dispatcher = Dispatcher(store: store, configuration: configuration, logger: logger)
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until shut down.
    public func run() async throws {
        let dispatcher = dispatcher
        let onListening = onListening
        let server = try builder().buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil, backlog: 1_024,
                reuseAddress: true),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { request, writer, channel in
            try await dispatcher.answer(request, writer, clientAddress: channel.remoteAddress?.ipAddress)
        } onServerRunning: { channel in
            await onListening(channel.localAddress?.port ?? 0)
        }
        try await server.run()
    }

    private func builder() throws -> HTTPServerBuilder {
        let http1 = HTTP1Channel.Configuration(idleTimeout: .seconds(configuration.idleTimeoutSeconds))
        guard let tls = configuration.tls else {
            return HTTPServerBuilder { [dispatcher, configuration] responder in
                PlainHTTPChannel(
                    responder: responder, dispatcher: dispatcher,
                    idleTimeout: .seconds(configuration.idleTimeoutSeconds))
            }
        }
        do {
            var settings = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificatePath).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.privateKeyPath, format: .pem)))
            settings.minimumTLSVersion = .tlsv12
            return try .http2Upgrade(
                tlsConfiguration: settings,
                configuration: .init(
                    idleTimeout: .seconds(configuration.idleTimeoutSeconds), streamConfiguration: http1))
        } catch {
            throw GatewayError("the TLS certificate or key cannot be read: \(error)")
        }
    }
}
