/// A kind of frame that we decode: one file of this folder, and one line in ``FrameDecoders``.
protocol FrameDecoding: Sendable {
    /// The transfer syntaxes it decodes.
    static var transferSyntaxUIDs: [String] { get }

    /// The samples of one frame: native cells, little endian, colour by pixel, exactly `pixel.frameByteCount` bytes.
    static func decode(_ frame: [UInt8], _ pixel: PixelDescription) throws(FrameError) -> [UInt8]
}

/// The decoders by transfer syntax.
enum FrameDecoders {
    private static let all: [any FrameDecoding.Type] = [
        NativeFrame.self,
        RLEFrame.self,
        HTJ2KFrame.self,
    ]

    private static let table: [String: any FrameDecoding.Type] = {
        var table: [String: any FrameDecoding.Type] = [:]
        for decoder in all {
            for uid in decoder.transferSyntaxUIDs { table[uid] = decoder }
        }
        return table
    }()

    /// The decoder of a transfer syntax; nil when there is none.
    static func decoder(of transferSyntaxUID: String) -> (any FrameDecoding.Type)? {
        table[transferSyntaxUID]
    }
}
