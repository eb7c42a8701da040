public import DICOM

extension ForeignScheme {
    /// The scheme of a transfer syntax; nil where no library at hand decodes its frames.
    ///
    /// Retired processes of JPEG (hierarchical, arithmetic, spectral selection) have none, as spec/50 keeps them whole.
    public init?(_ syntax: TransferSyntax) {
        switch syntax.family {
        case .jpeg where [.jpegBaseline, .jpegExtended, .jpegLossless, .jpegLosslessSV1].contains(syntax): self = .jpeg
        case .jpegLS: self = .jpegLS
        case .jpeg2000: self = .jpeg2000
        case .jpegXL: self = .jpegXL
        default: return nil
        }
    }

    init?(transferSyntaxUID: String) {
        guard let syntax = TransferSyntax.known(transferSyntaxUID) else { return nil }
        self.init(syntax)
    }
}
