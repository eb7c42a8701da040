import Blobs
import Catalog
import Foundation
import GRDB

extension SQLiteTransaction {
    // MARK: Reading

    private static let objectColumns = """
        header_pack, header_offset, header_length, transfer_syntax_uid, pixel_form, frame_count,
        whole_pack, whole_offset, whole_length, bulk_values, byte_count
        """

    func storedObject(_ id: StoredObjectID) throws -> StoredObjectRecord {
        let record = try row("SELECT \(Self.objectColumns) FROM stored_object WHERE id = ?", [id.rawValue]) {
            try $0.storedObject()
        }
        guard let record else { throw missing("stored object") }
        return record
    }

    func frames(of object: StoredObjectID, range: Range<Int>) throws -> [FrameRecord] {
        let range = range.clamped(to: 0..<Int(Int32.max))
        let last = (range.upperBound - 1) / FrameChunk.framesMax
        let chunks = try rows(
            "SELECT chunk, records FROM frame_chunk WHERE object = ? AND chunk BETWEEN ? AND ? ORDER BY chunk",
            [object.rawValue, range.lowerBound / FrameChunk.framesMax, range.isEmpty ? -1 : last]
        ) { (number: $0.integer(), content: try FrameChunk($0.bytes())) }
        if chunks.isEmpty { _ = try storedObject(object) }
        return try chunks.flatMap { chunk in
            let first = chunk.number * FrameChunk.framesMax
            return try chunk.content.frames(max(range.lowerBound - first, 0)..<max(range.upperBound - first, 0))
        }
    }

    func liveByteCounts() throws -> [PackID: UInt64] {
        try writePendingObjects()
        let counts = try rows("SELECT pack, live_bytes FROM pack_usage") { reader in
            (PackID(rawValue: UInt64(bitPattern: reader.number())), UInt64(bitPattern: reader.number()))
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    func storedObjects(
        in pack: PackID, after: StoredObjectID?, limit: Int
    ) throws -> [(id: StoredObjectID, record: StoredObjectRecord)] {
        try rows(
            """
            SELECT id, \(Self.objectColumns) FROM stored_object WHERE id IN (
                SELECT id FROM stored_object WHERE header_pack = ?1 AND id > ?2
                UNION SELECT object FROM straddling_object WHERE pack = ?1 AND object > ?2
                ORDER BY 1 LIMIT ?3)
            ORDER BY id
            """,
            [Int64(bitPattern: pack.rawValue), after?.rawValue ?? 0, max(limit, 0)]
        ) { (id: StoredObjectID(rawValue: $0.number()), record: try $0.storedObject()) }
    }

    /// Reads in steps, so that neither rows nor a cursor are held while `body` works.
    func forEachStoredObject(_ body: (StoredObjectID, StoredObjectRecord) throws -> Void) throws {
        var last: Int64 = 0
        while true {
            let step = try rows(
                "SELECT id, \(Self.objectColumns) FROM stored_object WHERE id > ? ORDER BY id LIMIT 500", [last]
            ) { (id: $0.number(), record: try $0.storedObject()) }
            guard let end = step.last?.id else { return }
            for object in step { try body(StoredObjectID(rawValue: object.id), object.record) }
            last = end
        }
    }

    // MARK: Writing

    func insert(_ object: StoredObjectRecord, frames: [FrameRecord]) throws -> StoredObjectID {
        guard frames.count <= object.frameCount else { throw conflict("more frames than announced") }
        let bulkValues = object.bulkValues.isEmpty ? nil : Data(try BulkValueRecord.bytes(of: object.bulkValues))
        let chunks = try Self.chunks(of: frames, first: 0)
        let (header, whole) = (Self.numbers(object.header), object.wholePixelData.map(Self.numbers))
        try execute(
            "INSERT INTO stored_object (\(Self.objectColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                header.pack, header.offset, header.length, object.storedTransferSyntaxUID, object.pixelForm.rawValue,
                object.frameCount, whole?.pack, whole?.offset, whole?.length, bulkValues, object.byteCount,
            ])
        let id = database.lastInsertedRowID
        try write(chunks, of: id)
        pending.looseObjects.insert(id)
        count(object.locations + frames.map(\.location), isRemoval: false)
        try note(packs: object.locations + frames.map(\.location), of: id, header: object.header.pack)
        return StoredObjectID(rawValue: id)
    }

    func appendFrames(_ frames: [FrameRecord], to object: StoredObjectID) throws {
        let standing = try storedObject(object)
        let last = try row(
            "SELECT chunk, records FROM frame_chunk WHERE object = ? ORDER BY chunk DESC LIMIT 1", [object.rawValue]
        ) { (number: $0.integer(), content: try FrameChunk($0.bytes())) }
        let known = last.map { $0.number * FrameChunk.framesMax + $0.content.count } ?? 0
        guard frames.count <= standing.frameCount - known else { throw conflict("more frames than announced") }
        // The last chunk is written anew with what it has room for.
        let begun = try last.map { try $0.content.frames(0..<known % FrameChunk.framesMax) } ?? []
        try write(try Self.chunks(of: begun + frames, first: known / FrameChunk.framesMax), of: object.rawValue)
        count(frames.map(\.location), isRemoval: false)
        try note(packs: frames.map(\.location), of: object.rawValue, header: standing.header.pack)
    }

    func relocate(_ object: StoredObjectID, _ moves: [BlobLocation: BlobLocation]) throws {
        var record = try storedObject(object)
        let before = try record.locations + frames(of: object, range: 0..<record.frameCount).map(\.location)
        record.move(moves)
        let (header, whole) = (Self.numbers(record.header), record.wholePixelData.map(Self.numbers))
        let bulkValues = record.bulkValues.isEmpty ? nil : Data(try BulkValueRecord.bytes(of: record.bulkValues))
        try execute(
            """
            UPDATE stored_object SET header_pack = ?, header_offset = ?, header_length = ?, whole_pack = ?,
                whole_offset = ?, whole_length = ?, bulk_values = ?
            WHERE id = ?
            """,
            [
                header.pack, header.offset, header.length, whole?.pack, whole?.offset, whole?.length, bulkValues,
                object.rawValue,
            ])
        var frames = try self.frames(of: object, range: 0..<record.frameCount)
        for index in frames.indices { frames[index].move(moves) }
        try write(try Self.chunks(of: frames, first: 0), of: object.rawValue)
        count(before, isRemoval: true)
        count(record.locations + frames.map(\.location), isRemoval: false)
        try execute("DELETE FROM straddling_object WHERE object = ?", [object.rawValue])
        try note(packs: record.locations + frames.map(\.location), of: object.rawValue, header: record.header.pack)
    }

    /// Notes the packs that hold bytes of an object beside that of its header, by which it is found.
    private func note(packs locations: [BlobLocation], of object: Int64, header: PackID) throws {
        for pack in Set(locations.map(\.pack)) where pack != header {
            try execute(
                "INSERT OR IGNORE INTO straddling_object (pack, object) VALUES (?, ?)",
                [Int64(bitPattern: pack.rawValue), object])
        }
    }

    private static func chunks(of frames: [FrameRecord], first: Int) throws -> [(number: Int, bytes: Data)] {
        try stride(from: 0, to: frames.count, by: FrameChunk.framesMax).enumerated().map { index, start in
            let chunk = frames[start..<min(start + FrameChunk.framesMax, frames.count)]
            return (first + index, Data(try FrameChunk.bytes(of: chunk)))
        }
    }

    private func write(_ chunks: [(number: Int, bytes: Data)], of object: Int64) throws {
        for chunk in chunks {
            try execute(
                "INSERT OR REPLACE INTO frame_chunk (object, chunk, records) VALUES (?, ?, ?)",
                [object, chunk.number, chunk.bytes])
        }
    }

    private static func numbers(_ location: BlobLocation) -> (pack: Int64, offset: Int64, length: Int64) {
        (
            Int64(bitPattern: location.pack.rawValue), Int64(bitPattern: location.offset),
            Int64(bitPattern: location.length)
        )
    }

    /// Adds blobs to the live bytes of their packs, or takes them away.
    private func count(_ locations: [BlobLocation], isRemoval: Bool) {
        for location in locations {
            let bytes = Int64(bitPattern: location.physicalByteCount)
            var usage = pending.packUsages[location.pack] ?? PendingChanges.PackUsage()
            usage.bytes &+= isRemoval ? 0 &- bytes : bytes
            usage.hasRemovals = usage.hasRemovals || isRemoval
            pending.packUsages[location.pack] = usage
        }
    }

    /// Writes what was counted, and lists the objects that turned out to be loose.
    func writePendingObjects() throws {
        for (pack, usage) in pending.packUsages {
            let number = Int64(bitPattern: pack.rawValue)
            try execute(
                """
                INSERT INTO pack_usage (pack, live_bytes) VALUES (?, ?)
                ON CONFLICT (pack) DO UPDATE SET live_bytes = live_bytes + excluded.live_bytes
                """,
                [number, usage.bytes])
            if usage.hasRemovals { try execute("DELETE FROM pack_usage WHERE pack = ? AND live_bytes = 0", [number]) }
        }
        pending.packUsages = [:]
        guard !pending.looseObjects.isEmpty else { return }
        let list = "[\(pending.looseObjects.sorted().map(String.init).joined(separator: ","))]"
        try execute(
            """
            INSERT OR IGNORE INTO loose_object (object)
            SELECT id FROM stored_object WHERE id IN (SELECT value FROM json_each(?)) AND NOT \(Self.isReferenced)
            """, [list])
        pending.looseObjects = []
        hasLooseObjects = nil
    }

    /// Notes that something refers to an object.
    func hold(_ object: Int64) throws {
        guard pending.looseObjects.remove(object) == nil else { return }
        // Mostly nothing is loose.
        let hasLoose =
            try hasLooseObjects ?? row("SELECT EXISTS (SELECT 1 FROM loose_object)") { $0.flag() } ?? false
        hasLooseObjects = hasLoose
        if hasLoose { try execute("DELETE FROM loose_object WHERE object = ?", [object]) }
    }

    /// Notes that an object lost a reference.
    func release(_ object: Int64) {
        pending.looseObjects.insert(object)
    }

    // MARK: Removal

    /// `loose_object` lists every object that nothing refers to, so that nobody has to look for them.
    func deleteUnreferencedObjects() throws -> Int {
        try writePendingObjects()
        return try removeObjects(ifUnreferenced: rows("SELECT object FROM loose_object") { $0.number() })
    }

    private static let isReferenced = """
        (EXISTS (SELECT 1 FROM instance WHERE instance.object = stored_object.id)
            OR EXISTS (SELECT 1 FROM import_file WHERE import_file.object = stored_object.id))
        """

    /// Removes those of the objects that nothing refers to; answers how many.
    @discardableResult
    func removeObjects(ifUnreferenced objects: [Int64]) throws -> Int {
        try writePendingObjects()
        var removed = 0
        for id in objects {
            let object = try row(
                "SELECT \(Self.objectColumns) FROM stored_object WHERE id = ? AND NOT \(Self.isReferenced)", [id]
            ) { try $0.storedObject() }
            guard let object else { continue }
            count(object.locations, isRemoval: true)
            try removeFrames(of: id)
            try execute("DELETE FROM loose_object WHERE object = ?", [id])
            try execute("DELETE FROM straddling_object WHERE object = ?", [id])
            try execute("DELETE FROM frame_set WHERE object = ?", [id])
            try execute("DELETE FROM stored_object WHERE id = ?", [id])
            removed += 1
        }
        return removed
    }

    /// Chunk by chunk: a slide has many.
    private func removeFrames(of object: Int64) throws {
        let chunks = try rows("SELECT chunk FROM frame_chunk WHERE object = ?", [object]) { $0.integer() }
        for chunk in chunks {
            let first = chunk * FrameChunk.framesMax
            let frames = try frames(
                of: StoredObjectID(rawValue: object), range: first..<first + FrameChunk.framesMax)
            count(frames.map(\.location), isRemoval: true)
        }
        try execute("DELETE FROM frame_chunk WHERE object = ?", [object])
    }
}

extension ColumnReader {
    fileprivate mutating func storedObject() throws -> StoredObjectRecord {
        let header = Self.location(number(), number(), number())
        let (transferSyntaxUID, pixelForm, frameCount) =
            (text(), try word() as StoredObjectRecord.PixelForm, integer())
        let (pack, offset, length) = (optionalNumber(), optionalNumber(), optionalNumber())
        let bulkValues = optionalData()
        var record = StoredObjectRecord(
            header: header, storedTransferSyntaxUID: transferSyntaxUID, pixelForm: pixelForm, frameCount: frameCount,
            wholePixelData: nil, bulkValues: try bulkValues.map { try BulkValueRecord.values(in: [UInt8]($0)) } ?? [],
            byteCount: number())
        if let pack, let offset, let length {
            record.wholePixelData = Self.location(pack, offset, length)
        }
        return record
    }

    private static func location(_ pack: Int64, _ offset: Int64, _ length: Int64) -> BlobLocation {
        BlobLocation(
            pack: PackID(rawValue: UInt64(bitPattern: pack)), offset: UInt64(bitPattern: offset),
            length: UInt64(bitPattern: length))
    }
}
