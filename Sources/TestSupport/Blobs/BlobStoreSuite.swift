public import Blobs
public import NIOCore

/// What every ``BlobStore`` must do, whatever it is made of, check by check; a back end's test runs each on a new store.
public enum BlobStoreSuite {
    /// A promise, checked on an empty store.
    public typealias Check = ContractCheck<any BlobStore>

    /// All of them.
    public static let checks: [Check] = [
        Check("blobs of every length read back as they were appended", blobsReadBack),
        Check("a range is that part of the blob", rangesReadBack),
        Check("a blob handed over in pieces is the same blob", piecesReadBack),
        Check("a blob appended on the caller's thread lies beside the others", blobsAppendedHereReadBack),
        Check("pieces that do not add up are refused, and the writer goes on", wrongSumsAreRefused),
        Check("impossible ranges and lengths are refused", impossibleRangesAreRefused),
        Check("an altered location reads as an error, never as other bytes", alteredLocationsAreRefused),
        Check("many writers at once do not disturb each other", concurrentWritersAgree),
        Check("an own writer shares its packs with nobody", ownPacksAreUnshared),
        Check("a pack is open until its writers are closed, and can then be deleted", packsEndAsPromised),
        Check("a number is not given twice", numbersAreNotReused),
        Check("a closed writer and a closed store refuse", closedRefuse),
    ]
}

// MARK: The checks

extension BlobStoreSuite {
    private static let mebibyte = 1 << 20

    @Sendable
    private static func blobsReadBack(_ store: any BlobStore) async throws {
        for placement in [BlobPlacement.own, .shared, .archive] {
            let writer = try await store.beginWriting(placement)
            var known: [(BlobLocation, ByteBuffer)] = []
            for length in [0, 1, 15, 16, 4095, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte + 5] {
                let bytes = pattern(length, seed: UInt64(length))
                let location = try await writer.append(bytes)
                try expect(location.length == UInt64(length), "a location's length is the blob's")
                try expect(try await store.read(location) == bytes, "\(length) bytes before the commit")
                known.append((location, bytes))
            }
            try await writer.commit()
            try await writer.commit()
            await writer.close()
            await writer.close()
            for (location, bytes) in known {
                try expect(try await store.read(location) == bytes, "\(bytes.readableBytes) bytes after the commit")
            }
            try expect(Set(known.map(\.0)).count == known.count, "locations differ")
        }
    }

    @Sendable
    private static func rangesReadBack(_ store: any BlobStore) async throws {
        let writer = try await store.beginWriting(.shared)
        let length = 2 * mebibyte + 100
        let bytes = pattern(length, seed: 7)
        let location = try await writer.append(bytes)
        let empty = try await writer.append(ByteBuffer())
        try await writer.commit()
        let bounds = [0, 1, 1000, mebibyte - 1, mebibyte, mebibyte + 1, 2 * mebibyte, length - 1, length]
        for start in bounds {
            for end in bounds where end >= start {
                let part = try await store.read(location, range: UInt64(start)..<UInt64(end))
                try expect(part == bytes.getSlice(at: start, length: end - start), "the range \(start)..<\(end)")
            }
        }
        try expect(try await store.read(empty, range: 0..<0).readableBytes == 0, "an empty blob's empty range")
        await writer.close()
    }

    @Sendable
    private static func piecesReadBack(_ store: any BlobStore) async throws {
        let writer = try await store.beginWriting(.own)
        for (length, step) in [
            (0, 1), (1, 1), (1000, 7), (mebibyte, 65_536), (2 * mebibyte + 3, 2 * mebibyte), (5_000_000, 99_999),
        ] {
            let bytes = pattern(length, seed: UInt64(step))
            let location = try await writer.append(length: UInt64(length)) { write in
                var rest = bytes
                while let piece = rest.readSlice(length: min(step, rest.readableBytes)), piece.readableBytes > 0 {
                    try await write(piece)
                    try await write(ByteBuffer())
                }
            }
            try await writer.commit()
            try expect(try await store.read(location) == bytes, "\(length) bytes in pieces of \(step)")
        }
        await writer.close()
    }

    @Sendable
    private static func blobsAppendedHereReadBack(_ store: any BlobStore) async throws {
        for placement in [BlobPlacement.own, .shared, .archive] {
            let writer = try await store.beginWriting(placement)
            let first = try await writer.append(pattern(10, seed: 1))
            var known = [(first, pattern(10, seed: 1))]
            for length in [0, 1, 100, mebibyte + 1] {
                let bytes = pattern(length, seed: UInt64(length))
                let location = try writer.appendHere(Array(bytes.readableBytesView))
                // Only a long one may need another pack.
                try expect(location != nil || length > mebibyte, "there is room for \(length) bytes")
                if let location { known.append((location, bytes)) }
            }
            try await writer.commit()
            for (location, bytes) in known {
                try expect(location.pack == first.pack, "in the pack of the first")
                try expect(try await store.read(location) == bytes, "\(bytes.readableBytes) bytes")
            }
            await writer.close()
        }
    }

    @Sendable
    private static func wrongSumsAreRefused(_ store: any BlobStore) async throws {
        let writer = try await store.beginWriting(.shared)
        let before = try await writer.append(pattern(100, seed: 1))
        for (announced, given) in [
            (0, 1), (10, 9), (10, 11), (mebibyte, mebibyte + 1), (mebibyte + 1, mebibyte), (3 * mebibyte, 0),
        ] {
            try await expectError(.invalidLength, "\(given) bytes instead of \(announced)") {
                _ = try await writer.append(length: UInt64(announced)) { write in
                    try await write(pattern(given, seed: 2))
                }
            }
        }
        struct Stop: Error {}
        do {
            _ = try await writer.append(length: 10) { _ in throw Stop() }
            throw SuiteViolation("the body's error was lost", file: #fileID, line: #line)
        } catch is Stop {}
        let after = try await writer.append(pattern(200, seed: 3))
        try await writer.commit()
        await writer.close()
        try expect(try await store.read(before) == pattern(100, seed: 1), "the blob before")
        try expect(try await store.read(after) == pattern(200, seed: 3), "the blob after")
    }

    @Sendable
    private static func impossibleRangesAreRefused(_ store: any BlobStore) async throws {
        let writer = try await store.beginWriting(.shared)
        let location = try await writer.append(pattern(10, seed: 1))
        for range in [0..<11, 11..<11, 5..<UInt64.max] as [Range<UInt64>] {
            try await expectError(.invalidLength, "the range \(range) of 10 bytes") {
                _ = try await store.read(location, range: range)
            }
        }
        try await expectError(.invalidLength, "a length that overflows") {
            _ = try await writer.append(length: .max) { _ in }
        }
        await writer.close()
    }

    @Sendable
    private static func alteredLocationsAreRefused(_ store: any BlobStore) async throws {
        let writer = try await store.beginWriting(.own)
        let first = try await writer.append(pattern(1000, seed: 1))
        let second = try await writer.append(pattern(1000, seed: 2))
        let long = try await writer.append(pattern(3 * mebibyte, seed: 3))
        try await writer.commit()
        await writer.close()
        let lengths = [0, 1, 999, 1001, UInt64(mebibyte), UInt64(mebibyte) * 5, .max].map { (first.offset, $0) }
        let offsets = [0, 1, first.offset + 1, second.offset - 1, second.offset + 1, .max].map { ($0, first.length) }
        // Whole segments less: every segment left is one that was sealed at its place.
        let secondSegment = long.offset + PackLayout.segmentLength + PackLayout.tagLength
        let parts = [
            (long.offset, 2 * PackLayout.segmentLength), (long.offset, PackLayout.segmentLength),
            (secondSegment, 2 * PackLayout.segmentLength), (secondSegment, 3 * PackLayout.segmentLength),
        ]
        for (offset, length) in lengths + offsets + parts {
            let altered = BlobLocation(pack: first.pack, offset: offset, length: length)
            do {
                _ = try await store.read(altered, range: 0..<min(length, 1))
                throw SuiteViolation("\(offset), \(length) was read", file: #fileID, line: #line)
            } catch let error as BlobError {
                try expect([.corrupted, .invalidLength].contains(error.code), "\(offset), \(length) is \(error.code)")
            }
        }
        try await expectError(.missing, "a pack that never was") {
            _ = try await store.read(BlobLocation(pack: PackID(rawValue: 1 << 40), offset: first.offset, length: 1))
        }
    }

    @Sendable
    private static func concurrentWritersAgree(_ store: any BlobStore) async throws {
        let known = try await withThrowingTaskGroup(of: (BlobLocation, UInt64).self) { group in
            for seed in 0..<64 as Range<UInt64> {
                group.addTask {
                    let writer = try await store.beginWriting(seed.isMultiple(of: 8) ? .own : .shared)
                    let location = try await writer.append(pattern(Int(seed) * 997, seed: seed))
                    try await writer.commit()
                    try expect(try await store.read(location) == pattern(Int(seed) * 997, seed: seed), "at once")
                    await writer.close()
                    return (location, seed)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (location, seed) in known {
            try expect(try await store.read(location) == pattern(Int(seed) * 997, seed: seed), "afterwards")
        }
    }

    @Sendable
    private static func ownPacksAreUnshared(_ store: any BlobStore) async throws {
        var packs: [PackID] = []
        for placement in [BlobPlacement.own, .own, .archive, .archive, .shared, .shared] {
            let writer = try await store.beginWriting(placement)
            packs.append(try await writer.append(pattern(10, seed: 1)).pack)
            try await writer.commit()
            await writer.close()
        }
        try expect(Set(packs[0..<5]).count == 5, "own and archive packs are nobody else's")
        try expect(packs[4] == packs[5], "shared writers share")
    }

    @Sendable
    private static func packsEndAsPromised(_ store: any BlobStore) async throws {
        let writer = try await store.beginWriting(.own)
        let location = try await writer.append(pattern(5000, seed: 1))
        try await writer.commit()
        let open = try await store.packs()
        try expect(open.contains { $0.id == location.pack && $0.isOpen && $0.byteCount >= 5000 }, "open: \(open)")
        try await expectError(.inUse, "deleting an open pack") { try await store.delete(location.pack) }
        await writer.close()
        let sealed = try await store.packs()
        try expect(sealed.contains { $0.id == location.pack && !$0.isOpen }, "sealed: \(sealed)")
        try await store.delete(location.pack)
        try await store.delete(location.pack)
        try await expectError(.missing, "reading a deleted pack") { _ = try await store.read(location) }
        let left = try await store.packs()
        try expect(!left.contains { $0.id == location.pack }, "a deleted pack is not listed: \(left)")
        try expect(left == left.sorted { $0.id < $1.id }, "packs are listed by age")
    }

    @Sendable
    private static func numbersAreNotReused(_ store: any BlobStore) async throws {
        var seen: Set<PackID> = []
        for round in 0..<8 {
            let writer = try await store.beginWriting(round % 2 == 0 ? .own : .archive)
            let pack = try await writer.append(pattern(10, seed: 1)).pack
            try expect(seen.insert(pack).inserted, "round \(round) got pack \(pack.rawValue) again")
            try await writer.commit()
            await writer.close()
            try await store.delete(pack)
        }
    }

    @Sendable
    private static func closedRefuse(_ store: any BlobStore) async throws {
        let closed = try await store.beginWriting(.shared)
        let location = try await closed.append(pattern(10, seed: 1))
        try await closed.commit()
        await closed.close()
        try await expectError(.closed, "appending to a closed writer") { _ = try await closed.append(ByteBuffer()) }
        try await expectError(.closed, "appending to it here") { _ = try closed.appendHere([]) }
        try await expectError(.closed, "committing a closed writer") { try await closed.commit() }
        let writer = try await store.beginWriting(.shared)
        _ = try await writer.append(pattern(10, seed: 1))
        try await store.close()
        try await expectError(.closed, "beginning") { _ = try await store.beginWriting(.own) }
        try await expectError(.closed, "appending") { _ = try await writer.append(ByteBuffer()) }
        try await expectError(.closed, "committing") { try await writer.commit() }
        try await expectError(.closed, "reading") { _ = try await store.read(location) }
        try await expectError(.closed, "listing") { _ = try await store.packs() }
        try await expectError(.closed, "deleting") { try await store.delete(location.pack) }
        await writer.close()
    }
}

// MARK: Their means

extension BlobStoreSuite {
    /// Bytes that look random and are the same for the same seed. They repeat after 8,072 bytes, which no segment or
    /// page boundary does.
    public static func pattern(_ length: Int, seed: UInt64) -> ByteBuffer {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var period = ByteBuffer()
        while period.readableBytes < min(length, 8072) {
            // xorshift64
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            period.writeInteger(state)
        }
        var buffer = ByteBuffer()
        while buffer.readableBytes < length {
            buffer.writeImmutableBuffer(period)
        }
        return buffer.getSlice(at: 0, length: length) ?? ByteBuffer()
    }

    private static func expectError(
        _ code: BlobError.Code, _ what: String, file: StaticString = #fileID, line: UInt = #line,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as BlobError {
            return try expect(error.code == code, "\(what) throws \(error), not \(code)", file: file, line: line)
        }
        throw SuiteViolation("\(what) does not throw \(code)", file: file, line: line)
    }
}
