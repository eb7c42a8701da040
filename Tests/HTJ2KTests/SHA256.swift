/// SHA-256 (FIPS 180-4) of test data, to compare with the corpus' manifests.
enum SHA256 {
    private static let constants: [UInt32] = primes(64).map { fraction(of: cubeRoot($0)) }
    private static let start: [UInt32] = primes(8).map { fraction(of: Double($0).squareRoot()) }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        var message = bytes + [0x80]
        message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
        for shift in stride(from: 56, through: 0, by: -8) {
            message.append(UInt8(truncatingIfNeeded: (bytes.count * 8) >> shift))
        }
        var hash = start
        var words = [UInt32](repeating: 0, count: 64)
        message.withUnsafeBytes { buffer in
            for block in stride(from: 0, to: buffer.count, by: 64) {
                for i in 0..<16 {
                    words[i] = UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: block + 4 * i, as: UInt32.self))
                }
                mix(&words, &hash)
            }
        }
        return hash.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }.joined()
    }

    private static func mix(_ words: inout [UInt32], _ hash: inout [UInt32]) {
        func turn(_ word: UInt32, _ count: UInt32) -> UInt32 {
            word &>> count | word &<< (32 - count)
        }
        for i in 16..<64 {
            let (early, late) = (words[i - 15], words[i - 2])
            let s0 = turn(early, 7) ^ turn(early, 18) ^ (early &>> 3)
            let s1 = turn(late, 17) ^ turn(late, 19) ^ (late &>> 10)
            words[i] = words[i - 16] &+ s0 &+ words[i - 7] &+ s1
        }
        var (a, b, c, d) = (hash[0], hash[1], hash[2], hash[3])
        var (e, f, g, h) = (hash[4], hash[5], hash[6], hash[7])
        for i in 0..<64 {
            let s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
            let first = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ constants[i] &+ words[i]
            let s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
            let second = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (i, word) in [a, b, c, d, e, f, g, h].enumerated() {
            hash[i] = hash[i] &+ word
        }
    }

    private static func primes(_ count: Int) -> [Int] {
        Array((2...).lazy.filter { n in !(2..<n).contains { n % $0 == 0 } }.prefix(count))
    }

    /// Newton's iteration, exact enough for 32 bits of the fraction.
    private static func cubeRoot(_ n: Int) -> Double {
        (0..<60).reduce(Double(n)) { root, _ in root - (root * root * root - Double(n)) / (3 * root * root) }
    }

    private static func fraction(of value: Double) -> UInt32 {
        UInt32((value - value.rounded(.down)) * 4_294_967_296)
    }
}
