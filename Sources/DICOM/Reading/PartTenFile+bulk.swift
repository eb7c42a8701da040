extension PartTenFile {
    /// Gives the bytes of a bulk value of type `vr` in order, little endian, in pieces of at most 1 MiB.
    public func forEachPiece(
        of bulk: BulkValue, _ vr: VR, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        // A multiple of every word size, so that no word is parted.
        let size = 1 << 20
        var offset = 0
        while offset < bulk.length {
            let piece = try content.read(at: bulk.offset + offset, count: min(size, bulk.length - offset))
            if bulk.isBigEndian {
                var bytes = Array(piece)
                LittleEndian.swapWords(&bytes, size: vr.wordSize)
                try body(bytes[...])
            } else {
                try body(piece)
            }
            offset += piece.count
        }
    }

    /// The bytes of a bulk value of type `vr`, little endian, all in memory.
    public func bytes(of bulk: BulkValue, _ vr: VR) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(bulk.length)
        try forEachPiece(of: bulk, vr) { bytes += $0 }
        return bytes
    }
}
