public import DICOM

extension PixelDescription {
    /// Reads the image pixel module of `dataSet`.
    ///
    /// `pixelData` tells what the data set itself cannot: that the cells are floating point, and whether native
    /// YBR_FULL_422 cells are really subsampled (files exist that say so and hold three full samples a pixel).
    ///
    /// Bits Stored, High Bit and Pixel Representation default to the whole cell, its top bit and unsigned: Float Pixel
    /// Data have none of them (PS3.3 C.7.6.24), and files leave them out. So does a value that no cell can have: frames are
    /// cut without it, and their samples lose nothing (``contradictions``).
    public init(_ dataSet: DataSet, pixelData: PixelData? = nil) throws(FrameError) {
        let rows = try Self.number(.rows, dataSet, in: 1...Int(Int32.max))
        let columns = try Self.number(.columns, dataSet, in: 1...Int(Int32.max))
        let samplesPerPixel = try Self.number(.samplesPerPixel, dataSet, in: 1...4, default: 1)
        var contradictions: [Tag] = []
        let sampleType: SampleType
        let bitsAllocated: Int
        switch pixelData?.tag {
        case .floatPixelData?:
            (sampleType, bitsAllocated) = (.floatingPoint, 32)
        case .doubleFloatPixelData?:
            (sampleType, bitsAllocated) = (.floatingPoint, 64)
        default:
            bitsAllocated = try Self.number(.bitsAllocated, dataSet, in: 1...64)
            let representation = Self.number(
                .pixelRepresentation, dataSet, in: 0...1, default: 0, noting: &contradictions)
            sampleType = representation == 1 ? .signed : .unsigned
        }
        guard [1, 8, 16, 32, 64].contains(bitsAllocated) else {
            throw FrameError(.invalidAttribute, tag: .bitsAllocated, "Bits Allocated is not 1, 8, 16, 32 or 64")
        }
        guard bitsAllocated > 1 || samplesPerPixel == 1 else {
            throw FrameError(.invalidAttribute, tag: .samplesPerPixel, "cells of 1 bit hold one sample a pixel")
        }
        var bitsStored = Self.number(
            .bitsStored, dataSet, in: 1...bitsAllocated, default: bitsAllocated, noting: &contradictions)
        var highBit = bitsAllocated - 1
        if !contradictions.contains(.bitsStored) {
            highBit = Self.number(
                .highBit, dataSet, in: bitsStored - 1...highBit, default: bitsStored - 1, noting: &contradictions)
        }
        if contradictions.contains(.highBit) { (bitsStored, highBit) = (bitsAllocated, bitsAllocated - 1) }
        // A planar configuration that is neither 0 nor 1 is taken for the default, as it is where one sample makes a
        // pixel.
        let planarConfiguration = dataSet.integer(.planarConfiguration) == 1 && samplesPerPixel > 1 ? 1 : 0
        self.init(
            rows: rows, columns: columns, samplesPerPixel: samplesPerPixel, bitsAllocated: bitsAllocated,
            bitsStored: bitsStored, highBit: highBit, sampleType: sampleType,
            planarConfiguration: planarConfiguration,
            photometricInterpretation: (dataSet.string(.photometricInterpretation) ?? "").uppercased(),
            numberOfFrames: Self.numberOfFrames(dataSet))
        self.contradictions = contradictions
        try checkFrameSize()
        isChromaSubsampled = hasSubsampledChroma(pixelData)
    }

    /// Number of Frames: absent or empty is 1 (PS3.3 C.7.6.6 is for multi-frame images only); "1A" or 0 is nil.
    private static func numberOfFrames(_ dataSet: DataSet) -> Int? {
        guard let element = dataSet[.numberOfFrames], !element.value.isEmpty else { return 1 }
        if element.vr.isText, dataSet.string(.numberOfFrames) == nil { return 1 }
        guard let number = dataSet.integer(.numberOfFrames), (1...Int(Int32.max)).contains(number) else { return nil }
        return number
    }

    /// US in the standard; UL, IS and others in files. `DataSet/integer(_:)` reads them all.
    private static func number(
        _ tag: Tag, _ dataSet: DataSet, in range: ClosedRange<Int>, default standard: Int? = nil
    ) throws(FrameError) -> Int {
        guard let element = dataSet[tag], !element.value.isEmpty else {
            if let standard { return standard }
            throw FrameError(.missingAttribute, tag: tag, "the image pixel module is incomplete")
        }
        guard let number = dataSet.integer(tag), range.contains(number) else {
            throw FrameError(.invalidAttribute, tag: tag, "a number out of its range")
        }
        return number
    }

    /// The number, or the default with the attribute noted where it has none in the range.
    private static func number(
        _ tag: Tag, _ dataSet: DataSet, in range: ClosedRange<Int>, default standard: Int, noting odd: inout [Tag]
    ) -> Int {
        do {
            return try number(tag, dataSet, in: range, default: standard)
        } catch {
            odd.append(tag)
            return standard
        }
    }

    private func checkFrameSize() throws(FrameError) {
        // Rows and Columns are at most 2^31: their product cannot overflow, the next ones could.
        let cells = rows * columns
        guard cells <= Self.maximumFrameByteCount * 8,
            cells * samplesPerPixel * bitsAllocated <= Self.maximumFrameByteCount * 8
        else {
            throw FrameError(.tooLarge, tag: .rows, "a frame of more than \(Self.maximumFrameByteCount) bytes")
        }
    }

    private func hasSubsampledChroma(_ pixelData: PixelData?) -> Bool {
        guard case .native(_, let length, _, _)? = pixelData?.form, samplesPerPixel == 3, bitsAllocated >= 8,
            photometricInterpretation == "YBR_FULL_422" || photometricInterpretation == "YBR_PARTIAL_422"
        else { return false }
        let (full, overflows) = frameByteCount.multipliedReportingOverflow(by: numberOfFrames ?? 1)
        return overflows || length < full
    }
}
