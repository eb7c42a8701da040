/// An unsigned word that holds a coefficient as `magnitude << 1 | sign`, 0 for an insignificant one.
///
/// Blocks of at most 30 magnitude bits are coded in 32-bit words, deeper ones in 64-bit words.
protocol CoefficientWord: FixedWidthInteger, UnsignedInteger, Sendable {
    /// Two's complement coefficients as the wavelet transform takes them.
    associatedtype Coefficient: FixedWidthInteger & SignedInteger & Sendable
    /// The most magnitude bits, Mb, that the word holds together with sign and rounding.
    static var maximumMagnitudeBits: Int { get }
}

extension UInt32: CoefficientWord {
    typealias Coefficient = Int32
    static var maximumMagnitudeBits: Int { 30 }
}

extension UInt64: CoefficientWord {
    typealias Coefficient = Int64
    static var maximumMagnitudeBits: Int { 44 }
}
