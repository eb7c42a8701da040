import DICOM

/// Tells which fragments of encapsulated pixel data make which frame (PS3.5 A.4).
///
/// In this order: the extended offset table; the basic offset table; one frame is all fragments; as many fragments as
/// frames are one each; else a frame begins where a fragment begins as an image does. A table is believed only when
/// every entry is the place of an item, in rising order from the first, and there are as many as frames.
struct FragmentRules {
    private let encapsulated: Encapsulated
    private let bytes: PixelDataBytes
    private let numberOfFrames: Int?
    private let start: StartOfImage
    /// The place of every fragment in the joined bytes, and at the end their number.
    private let places: [Int]
    /// The fragments that hold bytes, by index.
    private let filled: [Int]

    init(_ encapsulated: Encapsulated, bytes: PixelDataBytes, numberOfFrames: Int?, start: StartOfImage) {
        self.encapsulated = encapsulated
        self.bytes = bytes
        self.numberOfFrames = numberOfFrames
        self.start = start
        places = bytes.starts
        filled = encapsulated.fragments.indices.filter { encapsulated.fragments[$0].length > 0 }
    }

    func layout(_ extendedTable: ExtendedOffsetTable?) throws(FrameLayout.Failure) -> FrameLayout {
        guard !filled.isEmpty else {
            throw FrameLayout.Failure(.frameNumberMismatch, "The pixel data hold no fragments.")
        }
        let layout = try find(extendedTable)
        try checkEnd(layout)
        return layout
    }

    private func find(_ extendedTable: ExtendedOffsetTable?) throws(FrameLayout.Failure) -> FrameLayout {
        var tables: [[UInt64]] = []
        if let extendedTable { tables.append(extendedTable.offsets) }
        if !encapsulated.basicOffsetTable.isEmpty { tables.append(encapsulated.basicOffsetTable.map(UInt64.init)) }

        var defect: FrameWarning?
        for (index, table) in tables.enumerated() {
            if let ranges = ranges(fragmentsAt: table), ranges.count == numberOfFrames ?? ranges.count {
                let isExtended = index == 0 && extendedTable != nil
                return FrameLayout(
                    places: .listed(isExtended ? trimmed(ranges, to: extendedTable?.lengths ?? []) : ranges),
                    warnings: defect.map { [$0] } ?? [])
            }
            defect = FrameWarning(
                .invalidOffsetTable,
                "The offset table does not fit the fragments and Number of Frames; it was not used.")
        }
        do {
            return FrameLayout(places: .listed(try rangesByFragments()), warnings: defect.map { [$0] } ?? [])
        } catch {
            guard defect != nil, error.warning.code == .framesExtractionFailure else { throw error }
            throw FrameLayout.Failure(
                .invalidOffsetTable, "The offset table does not fit the fragments, which do not show their frames.")
        }
    }

    /// The frames that begin at `offsets`; nil when one of them is no item's place, or not above the one before.
    private func ranges(fragmentsAt offsets: [UInt64]) -> [Range<Int>]? {
        guard offsets.first == 0, offsets.count <= encapsulated.fragments.count else { return nil }
        var firsts: [Int] = []
        firsts.reserveCapacity(offsets.count)
        var fragment = 0
        for offset in offsets {
            while fragment < encapsulated.fragments.count, distance(fragment) < offset { fragment += 1 }
            guard fragment < encapsulated.fragments.count, distance(fragment) == offset else { return nil }
            firsts.append(fragment)
            fragment += 1
        }
        let ranges = ranges(from: firsts)
        return ranges.contains(where: \.isEmpty) ? nil : ranges
    }

    /// The place of a fragment's item as offset tables count it.
    private func distance(_ fragment: Int) -> UInt64 {
        UInt64(max(encapsulated.fragments[fragment].itemOffset - encapsulated.firstItemOffset, 0))
    }

    /// Frames from each of the fragments `firsts` up to the next.
    private func ranges(from firsts: [Int]) -> [Range<Int>] {
        firsts.indices.map { index in
            let end = index + 1 < firsts.count ? places[firsts[index + 1]] : places[places.count - 1]
            return places[firsts[index]]..<end
        }
    }

    /// Without the byte of padding that makes a fragment even, where the table tells the frame's own length.
    private func trimmed(_ ranges: [Range<Int>], to lengths: [UInt64]) -> [Range<Int>] {
        guard lengths.count == ranges.count else { return ranges }
        return zip(ranges, lengths).map { range, length in
            range.count > 1 && length == UInt64(range.count - 1) ? range.lowerBound..<range.upperBound - 1 : range
        }
    }

    private func rangesByFragments() throws(FrameLayout.Failure) -> [Range<Int>] {
        if filled.count == 1, numberOfFrames ?? 1 == 1 { return [0..<bytes.count] }
        if let numberOfFrames, numberOfFrames > filled.count {
            throw FrameLayout.Failure(.frameNumberMismatch, "There are fewer fragments than Number of Frames says.")
        }
        var beginnings: [Int] = []
        for fragment in filled where try beginsImage(fragment) { beginnings.append(fragment) }
        let showsImages = beginnings.first == filled.first
        switch numberOfFrames {
        case 1? where beginnings.count <= 1:
            return [0..<bytes.count]
        case filled.count? where !showsImages || beginnings.count == filled.count:
            return ranges(from: filled)
        case let count? where showsImages && beginnings.count == count:
            return ranges(from: beginnings)
        case nil where showsImages:
            return ranges(from: beginnings)
        case _ where showsImages:
            throw FrameLayout.Failure(
                .frameNumberMismatch, "Number of Frames is not the number of images in the fragments.")
        default:
            throw FrameLayout.Failure(
                .framesExtractionFailure, "The fragments do not show where frames begin.")
        }
    }

    private func beginsImage(_ fragment: Int) throws(FrameLayout.Failure) -> Bool {
        let length = min(StartOfImage.prefixLength, places[fragment + 1] - places[fragment])
        return start.begins(try read(at: places[fragment], count: length))
    }

    /// A file that ends before the delimiter may end inside the last frame; streams that show their end tell.
    private func checkEnd(_ layout: FrameLayout) throws(FrameLayout.Failure) {
        guard !encapsulated.isTerminated, start.showsItsEnd, layout.frameCount > 0 else { return }
        let last = layout.byteRange(layout.frameCount - 1)
        let length = min(16, last.count)
        guard start.ends(try read(at: last.upperBound - length, count: length)) else {
            throw FrameLayout.Failure(
                .framesExtractionFailure, "The pixel data end inside the last frame.",
                wholeFrameCount: layout.frameCount - 1)
        }
    }

    private func read(at offset: Int, count: Int) throws(FrameLayout.Failure) -> ArraySlice<UInt8> {
        do {
            return try bytes.read(at: offset, count: count)
        } catch {
            throw FrameLayout.Failure(.framesExtractionFailure, "The fragments could not be read.")
        }
    }
}
