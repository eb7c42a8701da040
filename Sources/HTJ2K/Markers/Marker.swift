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

    /// Markers of Part 2 that change how samples are reconstructed, by what they declare.
    static func partTwoExtension(_ marker: UInt16) -> String? {
        switch marker {
        case 0xFF72: "downsampling factor styles (DFS)"
        case 0xFF73: "arbitrary decomposition styles (ADS)"
        case 0xFF74, 0xFF75, 0xFF76, 0xFF77: "multiple component transforms (MCT, MCC, MCO, CBD)"
        case 0xFF78: "variable DC offsets (DCO)"
        case 0xFF79: "arbitrary transformation kernels (ATK)"
        case 0xFF7A: "variable scalar quantisation (VMS)"
        default: nil
        }
    }
}
