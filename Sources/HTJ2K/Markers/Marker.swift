/// The marker codes of T.800 Table A.2 and T.814 Annex A that a codestream is made of.
enum Marker {
    static let startOfCodestream: UInt16 = 0xFF4F
    static let capabilities: UInt16 = 0xFF50
    static let imageSize: UInt16 = 0xFF51
    static let codingStyleDefault: UInt16 = 0xFF52
    static let codingStyleComponent: UInt16 = 0xFF53
    static let tilePartLengths: UInt16 = 0xFF55
    static let regionOfInterest: UInt16 = 0xFF5E
    static let quantizationDefault: UInt16 = 0xFF5C
    static let quantizationComponent: UInt16 = 0xFF5D
    static let progressionOrderChange: UInt16 = 0xFF5F
    static let packedHeadersMain: UInt16 = 0xFF60
    static let packedHeadersTilePart: UInt16 = 0xFF61
    static let startOfTilePart: UInt16 = 0xFF90
    static let startOfPacket: UInt16 = 0xFF91
    static let endOfPacketHeader: UInt16 = 0xFF92
    static let startOfData: UInt16 = 0xFF93
    static let endOfCodestream: UInt16 = 0xFFD9

    /// Why a marker of Part 2 that changes how samples are reconstructed is refused; nil of any other.
    static func refusalOfPartTwo(_ marker: UInt16) -> StaticString? {
        switch marker {
        case 0xFF72: "the codestream uses downsampling factor styles (DFS) of Part 2"
        case 0xFF73: "the codestream uses arbitrary decomposition styles (ADS) of Part 2"
        case 0xFF74, 0xFF75, 0xFF76, 0xFF77:
            "the codestream uses multiple component transforms (MCT, MCC, MCO, CBD) of Part 2"
        case 0xFF78: "the codestream uses variable DC offsets (DCO) of Part 2"
        case 0xFF79: "the codestream uses arbitrary transformation kernels (ATK) of Part 2"
        case 0xFF7A: "the codestream uses variable scalar quantisation (VMS) of Part 2"
        default: nil
        }
    }
}
