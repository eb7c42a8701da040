/// The packs that are kept open for reading, the latest used ones of a bounded number.
struct PackHandleCache {
    private struct Entry {
        var handle: PackHandle
        var lastUse: UInt64
    }

    /// The most packs that are kept.
    let limit: Int
    private var entries: [PackID: Entry] = [:]
    private var useCount: UInt64 = 0

    init(limit: Int) {
        precondition(limit > 0, "one pack must be kept open at least")
        self.limit = limit
    }

    /// The handle of a pack, which becomes the latest used one.
    mutating func handle(of pack: PackID) -> PackHandle? {
        guard let index = entries.index(forKey: pack) else { return nil }
        useCount += 1
        entries.values[index].lastUse = useCount
        return entries.values[index].handle
    }

    /// Keeps a pack open, at the expense of the one not used for longest.
    mutating func keep(_ handle: PackHandle) {
        forget(handle.cipher.pack)
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
        }
        useCount += 1
        entries[handle.cipher.pack] = Entry(handle: handle, lastUse: useCount)
    }

    /// Lets a pack go.
    mutating func forget(_ pack: PackID) {
        entries[pack] = nil
    }
}
