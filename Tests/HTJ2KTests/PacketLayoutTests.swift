import Testing

@testable import HTJ2K

/// Codestreams that other encoders may write and ours does not, made by rearranging ours.
@Suite struct PacketLayoutTests {
    private static let image = SampleImage(
        ImageDescription(width: 100, height: 90, components: 1, bitDepth: 10, isSigned: false), .ramp, seed: 8)

    /// A codestream of ours taken apart: the main header without TLM, and of each tile-part its one packet.
    private struct Pieces {
        var mainHeader: [UInt8]
        var packets: [(header: [UInt8], body: [UInt8])] = []

        init() throws {
            var options = EncoderOptions()
            options.decompositionLevels = 2
            let bytes = try PacketLayoutTests.image.encoded(options)
            let codestream = try Codestream(bytes)
            let marker = try #require((0..<bytes.count - 1).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0x55 })
            mainHeader = Array(bytes[..<marker])
            let packets = try bytes.withUnsafeBufferPointer { buffer in
                try codestream.tileHeader(0, parts: Array(codestream.parts.indices), packedHeaderRanges: [], buffer)
                    .readPackets(buffer, codestream.header.size, reducedBy: 0)
            }
            for part in codestream.parts {
                let body = try #require(packets.chunks.map(\.offset).filter { part.range.contains($0) }.min())
                self.packets.append((Array(bytes[part.dataStart..<body]), Array(bytes[body..<part.range.upperBound])))
            }
        }

        /// The codestream of tile-parts with these marker segments and packet bytes.
        func codestream(main: [UInt8] = [], parts: [(segments: [UInt8], data: [UInt8])]) -> [UInt8] {
            var bytes = mainHeader + main
            for (index, part) in parts.enumerated() {
                let length = 14 + part.segments.count + part.data.count
                bytes += [0xFF, 0x90, 0, 10, 0, 0, 0, 0, UInt8(length >> 8), UInt8(length & 255), UInt8(index), 0]
                bytes += part.segments + [0xFF, 0x93] + part.data
            }
            return bytes + [0xFF, 0xD9]
        }
    }

    private func expectDecodes(_ bytes: [UInt8], _ place: SourceLocation = #_sourceLocation) throws {
        #expect(try Codestream(bytes).decode() == PacketLayoutTests.image.samples, sourceLocation: place)
    }

    @Test func allPacketsInOneTilePart() throws {
        let pieces = try Pieces()
        let bytes = pieces.codestream(parts: [([], pieces.packets.flatMap { $0.header + $0.body })])
        try expectDecodes(bytes)
        #expect(try Codestream(bytes).tileParts().map(\.resolution) == [nil])
        // A prefix inside the tile-part decodes as well.
        let count = try Codestream(bytes).byteCount(throughResolution: 1)
        #expect(try Codestream(Array(bytes[..<count])).decode(reducedBy: 1) == Codestream(bytes).decode(reducedBy: 1))
    }

    @Test func lastTilePartOfUnstatedLengthReachesToTheEnd() throws {
        let pieces = try Pieces()
        var bytes = pieces.codestream(parts: [([], pieces.packets.flatMap { $0.header + $0.body })])
        let start = pieces.mainHeader.count
        for offset in 6..<10 { bytes[start + offset] = 0 }
        try expectDecodes(bytes)
    }

    @Test func markersAroundPacketHeaders() throws {
        let pieces = try Pieces()
        var marked = pieces
        let style = try #require(
            (0..<pieces.mainHeader.count).first { pieces.mainHeader[$0...].starts(with: [0xFF, 0x52]) })
        // Scod: SOP and EPH may be there.
        marked.mainHeader[style + 4] = 6
        let parts = pieces.packets.enumerated().map { index, packet in
            ([UInt8](), [0xFF, 0x91, 0, 4, 0, UInt8(index)] + packet.header + [0xFF, 0x92] + packet.body)
        }
        try expectDecodes(marked.codestream(parts: parts))
    }

    @Test func packetHeadersInTheTilePartHeader() throws {
        let pieces = try Pieces()
        // PPT: marker, length, index.
        let parts = pieces.packets.map { packet in
            ([0xFF, 0x61, 0, UInt8(3 + packet.header.count), 0] + packet.header, packet.body)
        }
        try expectDecodes(pieces.codestream(parts: parts))
    }

    @Test func packetHeadersInTheMainHeader() throws {
        let pieces = try Pieces()
        // PPM: marker, length, index; for each tile-part the length of its headers and these, cut anywhere into segments.
        var packed: [UInt8] = []
        for packet in pieces.packets {
            packed += [0, 0, 0, UInt8(packet.header.count)]
            packed += packet.header
        }
        var main: [UInt8] = [0xFF, 0x60, 0, 9, 0]
        main += packed[..<6]
        main += [0xFF, 0x60, 0, UInt8(3 + packed.count - 6), 1]
        main += packed[6...]
        let parts = pieces.packets.map { ([UInt8](), $0.body) }
        try expectDecodes(pieces.codestream(main: main, parts: parts))
    }

    @Test func progressionChangesAreFollowed() throws {
        let pieces = try Pieces()
        // POC: resolutions 1 to 2 in CPRL, then all that is left in LRCP.
        let main: [UInt8] = [0xFF, 0x5F, 0, 16, 1, 0, 0, 1, 3, 0, 4, 0, 0, 0, 1, 3, 0, 0]
        let order = [1, 2, 0].flatMap { pieces.packets[$0].header + pieces.packets[$0].body }
        try expectDecodes(pieces.codestream(main: main, parts: [([], order)]))
        // Changes that never come to resolution 0 leave the image incomplete.
        let partial: [UInt8] = [0xFF, 0x5F, 0, 9, 1, 0, 0, 1, 3, 0, 4]
        #expect { try Codestream(pieces.codestream(main: partial, parts: [([], order)])).decode() } throws: {
            ($0 as? CodestreamError)?.code == .truncated
        }
    }

    @Test func regionsOfInterestAreRefusedByName() throws {
        let pieces = try Pieces()
        let bytes = pieces.codestream(main: [0xFF, 0x5E, 0, 5, 0, 0, 3], parts: [])
        #expect { try Codestream(bytes) } throws: { ($0 as? CodestreamError)?.code == .unsupported }
    }
}
