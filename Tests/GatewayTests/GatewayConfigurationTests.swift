import Testing

@testable import Gateway

struct GatewayConfigurationTests {
    private static func configuration(_ host: String) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.host = host
        return configuration
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
    func thisMachineNeedsNeitherTLSNorAuthentication(host: String) throws {
        var configuration = Self.configuration(host)
        try configuration.validate()
        configuration.isUnauthenticated = true
        try configuration.validate()
    }

    @Test(arguments: ["0.0.0.0", "::", "10.0.0.1", "127.example.com", "127.0.0.1.nip.io", "store", ""])
    func theNetworkNeedsBoth(host: String) throws {
        var configuration = Self.configuration(host)
        #expect(throws: GatewayError.self) { try configuration.validate() }
        configuration.trustsForwardedHeaders = true
        try configuration.validate()
        configuration.isUnauthenticated = true
        #expect(throws: GatewayError.self) { try configuration.validate() }
        configuration.trustsForwardedHeaders = false
        configuration.tls = GatewayConfiguration.TLS(certificatePath: "c", privateKeyPath: "k")
        #expect(throws: GatewayError.self) { try configuration.validate() }
        configuration.isUnauthenticated = false
        try configuration.validate()
    }
}
