/// A kind of plane element as values, so that what lays out planes and walks over them is compiled once for all kinds.
struct PlaneKind {
    /// Bytes of an element.
    let size: Int
    /// Samples beside a region that the inverse transform of a level reads to give the region.
    let filterReach: Int
    /// Rows of memory through which a level of a height is streamed.
    let streamedRows: (_ height: Int) -> Int
    /// The rows of a level, to be asked for from top to bottom, joined in the plane at a place or streamed through it.
    let rows: (WaveletLevel, UnsafeMutableRawPointer, _ stride: Int, _ isStreamed: Bool) -> PlaneRows
    /// `PlaneElement.store`.
    let store: (UnsafeRawPointer, _ count: Int, SampleFormat, UnsafeMutableRawPointer) -> Void
    /// `PlaneElement.storeJoined`.
    let storeJoined:
        (UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer, _ count: Int, SampleFormat, UnsafeMutableRawPointer) ->
            Void

    init<Element: PlaneElement>(_: Element.Type) {
        size = MemoryLayout<Element>.size
        filterReach = Element.filterReach
        streamedRows = { Element.Synthesis.streamedRows(height: $0) }
        rows = { level, memory, stride, isStreamed in
            let memory = memory.assumingMemoryBound(to: Element.self)
            var synthesis =
                isStreamed
                ? Element.Synthesis(level, streamedThrough: memory, stride: stride)
                : Element.Synthesis(level, plane: memory, stride: stride)
            return { UnsafeRawPointer(synthesis.row($0)) }
        }
        store = { row, count, format, base in
            Element.store(row.assumingMemoryBound(to: Element.self), count: count, format, into: base)
        }
        storeJoined = { row0, row1, row2, count, format, base in
            Element.storeJoined(
                row0.assumingMemoryBound(to: Element.self), row1.assumingMemoryBound(to: Element.self),
                row2.assumingMemoryBound(to: Element.self), count: count, format, into: base)
        }
    }
}

/// Gives row `y` of a plane, not less than in the call before, valid until the next call.
typealias PlaneRows = (_ y: Int) -> UnsafeRawPointer
