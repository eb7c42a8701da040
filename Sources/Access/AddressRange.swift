import Glibc

/// A range of IP addresses in CIDR notation (RFC 4632 3.1, RFC 4291 2.3): `10.0.0.0/8`, `2001:db8::/32`, or one address.
struct AddressRange: Sendable {
    private let bytes: [UInt8]
    private let prefixLength: Int

    /// Nil for what is neither.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = Self.bytes(String(parts[0])) else { return nil }
        self.bytes = bytes
        guard parts.count == 2 else {
            prefixLength = bytes.count * 8
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
            length <= bytes.count * 8
        else { return nil }
        prefixLength = length
    }

    /// Whether an address lies in the range; an IPv4 address that is written as IPv6 is an IPv4 address.
    func contains(_ address: String) -> Bool {
        guard var other = Self.bytes(address) else { return false }
        if other.count == 16, bytes.count == 4, other.starts(with: Self.mappedPrefix) {
            other.removeFirst(Self.mappedPrefix.count)
        }
        guard other.count == bytes.count else { return false }
        return (0..<prefixLength).allSatisfy { bit in
            (bytes[bit / 8] ^ other[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// The bytes of an address, 4 or 16 of them.
    private static func bytes(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
