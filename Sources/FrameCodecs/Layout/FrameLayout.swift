/// Where each frame of a pixel data element lies, as ranges of its ``PixelDataBytes``.
///
/// Native frames lie one behind the other, counted in bits (cells of 1 bit are packed without regard to frames, PS3.5
/// 8.1.1); compressed frames are one or more whole fragments. A slide of 100,000 native frames takes no more memory
/// than one.
public struct FrameLayout: Sendable, Equatable {
    /// How places are kept.
    enum Places: Sendable, Equatable {
        /// Frames of equal size one behind the other.
        case strided(bits: Int, count: Int)
        /// Frames as byte ranges.
        case listed([Range<Int>])
    }

    let places: Places
    /// What was wrong with the pixel data and did no harm to the frames.
    public let warnings: [FrameWarning]

    init(places: Places, warnings: [FrameWarning] = []) {
        self.places = places
        self.warnings = warnings
    }

    /// Why frames cannot be told apart: the pixel data is to be kept whole, with this warning.
    public struct Failure: Error, Sendable, Equatable {
        /// What the owner should know.
        public var warning: FrameWarning
        /// The frames, from the first, that are whole all the same.
        public var wholeFrameCount: Int

        init(_ code: FrameWarning.Code, _ message: String, wholeFrameCount: Int = 0) {
            self.warning = FrameWarning(code, message)
            self.wholeFrameCount = wholeFrameCount
        }
    }

    /// The number of frames.
    public var frameCount: Int {
        switch places {
        case .strided(_, let count): count
        case .listed(let ranges): ranges.count
        }
    }

    /// The bytes that hold frame `index`, counted from 0. Neighbours share a byte where frames of 1-bit cells meet in
    /// it.
    public func byteRange(_ index: Int) -> Range<Int> {
        precondition(index >= 0 && index < frameCount, "a frame is inside its layout")
        switch places {
        case .strided(let bits, _): return index * bits / 8..<(index * bits + bits + 7) / 8
        case .listed(let ranges): return ranges[index]
        }
    }

    /// The bytes of frame `index`, counted from 0: native cells in the order they came in, or the compressed stream.
    ///
    /// A frame of 1-bit cells begins with its first pixel in the lowest bit of the first byte, wherever it lay; the
    /// bits after its last pixel are 0.
    public func frame(_ index: Int, of bytes: PixelDataBytes) throws(FrameError) -> [UInt8] {
        let range = byteRange(index)
        let read: ArraySlice<UInt8>
        do {
            read = try bytes.read(at: range.lowerBound, count: range.count)
        } catch let error as FrameError {
            throw error
        } catch {
            throw FrameError(.unreadable, "the frame's bytes could not be read", cause: error)
        }
        guard case .strided(let bits, _) = places, !bits.isMultiple(of: 8) else { return Array(read) }
        return PackedBits.extract(bits, from: read, atBit: index * bits % 8)
    }
}
