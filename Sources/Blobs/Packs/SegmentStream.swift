import NIOCore

/// Cuts a blob that arrives in pieces into segments and writes each as soon as it is full: one segment in memory.
struct SegmentStream {
    private let pack: OpenPack
    private let layout: PackLayout
    private let threads: BlockingThreads
    private var pending = ByteBuffer()
    private var writtenCount: UInt64 = 0

    init(_ pack: OpenPack, _ layout: PackLayout, threads: BlockingThreads) {
        self.pack = pack
        self.layout = layout
        self.threads = threads
    }

    mutating func write(_ piece: ByteBuffer) async throws {
        var piece = piece
        while piece.readableBytes > 0 {
            guard writtenCount < layout.segmentCount else { throw notAsAnnounced }
            let segment = layout.segment(writtenCount)
            let room = segment.plainRange.count - pending.readableBytes
            guard room > 0 else { throw notAsAnnounced }
            if pending.capacity == 0 { pending.reserveCapacity(segment.plainRange.count) }
            if var part = piece.readSlice(length: min(room, piece.readableBytes)) { pending.writeBuffer(&part) }
            if pending.readableBytes == segment.plainRange.count { try await writeSegment(segment) }
        }
    }

    mutating func finish() async throws {
        if layout.length == 0, writtenCount == 0 { try await writeSegment(layout.segment(0)) }
        guard writtenCount == layout.segmentCount else { throw notAsAnnounced }
    }

    private mutating func writeSegment(_ segment: PackLayout.Segment) async throws {
        let (full, pack, layout) = (pending, pack, layout)
        try await threads.run {
            try full.withUnsafeReadableBytes { try pack.write($0, as: segment, of: layout) }
        }
        writtenCount += 1
        pending.clear()
    }

    private var notAsAnnounced: BlobError {
        BlobError(.invalidLength, "the pieces of the blob are not \(layout.length) bytes together", pack: pack.id)
    }
}
