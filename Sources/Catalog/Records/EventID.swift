/// Names an event wherever it is delivered: a UUID of version 4 (RFC 9562 section 5.4).
public struct EventID: Sendable, Hashable, CustomStringConvertible {
    /// The identifier as a number, most significant digit first.
    public let value: UInt128

    /// Takes back a number that was kept.
    public init(_ value: UInt128) {
        self.value = value
    }

    /// A new identifier of 128 random bits, six of which become version and variant.
    public init(random: UInt128) {
        let (version, variant) = (UInt128(0xF) << 76, UInt128(0b11) << 62)
        value = random & ~version & ~variant | UInt128(4) << 76 | UInt128(0b10) << 62
    }

    /// Such as `7cf0fb1c-8720-4d48-baa3-6eb97b35a10e`.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(truncatingIfNeeded: value >> UInt128(4 * (31 - position))) & 0xF])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
