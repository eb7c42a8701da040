/// How the headers of data elements are written (PS3.5 7.1).
struct ElementEncoding: Sendable, Equatable {
    /// Whether headers leave out the VR.
    var isImplicit: Bool
    /// Whether numbers are big endian.
    var isBigEndian: Bool

    static let implicitLittleEndian = ElementEncoding(isImplicit: true, isBigEndian: false)
    static let explicitLittleEndian = ElementEncoding(isImplicit: false, isBigEndian: false)
    static let explicitBigEndian = ElementEncoding(isImplicit: false, isBigEndian: true)

    /// The encoding of `syntax`.
    init(_ syntax: TransferSyntax) {
        self.init(isImplicit: syntax.isImplicit, isBigEndian: syntax.isBigEndian)
    }

    init(isImplicit: Bool, isBigEndian: Bool) {
        self.isImplicit = isImplicit
        self.isBigEndian = isBigEndian
    }

    /// The transfer syntax of native pixel data in this encoding.
    var transferSyntax: TransferSyntax {
        isImplicit ? .implicitVRLittleEndian : isBigEndian ? .explicitVRBigEndian : .explicitVRLittleEndian
    }
}
