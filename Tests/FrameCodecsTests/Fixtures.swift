import DICOM
import TestSupport

@testable import FrameCodecs

/// The image pixel module of a small image, as a data set.
func imageModule(
    rows: Int = 2, columns: Int = 2, samples: Int = 1, allocated: Int = 8, stored: Int? = nil, highBit: Int? = nil,
    representation: Int = 0, planar: Int? = nil, photometric: String = "MONOCHROME2", frames: String? = nil
) -> DataSet {
    var dataSet = DataSet([
        DataElement(.samplesPerPixel, .US, integers: [samples]),
        DataElement(.photometricInterpretation, .CS, photometric),
        DataElement(.rows, .US, integers: [rows]),
        DataElement(.columns, .US, integers: [columns]),
        DataElement(.bitsAllocated, .US, integers: [allocated]),
        DataElement(.bitsStored, .US, integers: [stored ?? allocated]),
        DataElement(.highBit, .US, integers: [highBit ?? (stored ?? allocated) - 1]),
        DataElement(.pixelRepresentation, .US, integers: [representation]),
    ])
    if let planar { dataSet.set(DataElement(.planarConfiguration, .US, integers: [planar])) }
    if let frames { dataSet.set(DataElement(.numberOfFrames, .IS, frames)) }
    return dataSet
}

/// Native pixel data that are all of a content.
func native(
    _ bytes: [UInt8], declared: Int? = nil, isBigEndian: Bool = false, vr: VR = .OW, tag: Tag = .pixelData
) -> PixelData {
    PixelData(
        tag: tag, vr: vr,
        form: .native(
            offset: 0, length: bytes.count, declaredLength: declared ?? bytes.count, isBigEndian: isBigEndian))
}

/// Fragments as they stand in a file, each after an item header of eight bytes, and the content they lie in.
func encapsulated(
    _ fragments: [[UInt8]], table: [UInt32] = [], isTerminated: Bool = true
) -> (pixelData: PixelData, content: MemoryBytes) {
    var content: [UInt8] = []
    var places: [Encapsulated.Fragment] = []
    for fragment in fragments {
        let item = content.count
        let length = UInt32(fragment.count)
        content += [0xFE, 0xFF, 0x00, 0xE0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + fragment
        places.append(Encapsulated.Fragment(offset: item + 8, length: fragment.count, itemOffset: item))
    }
    let value = Encapsulated(
        basicOffsetTable: table, fragments: places, isTerminated: isTerminated, firstItemOffset: 0)
    return (PixelData(tag: .pixelData, vr: .OB, form: .encapsulated(value)), MemoryBytes(content))
}

/// A file of one instance in memory.
func file(
    _ dataSet: DataSet, _ pixelData: PixelData?, _ content: any RandomAccessBytes,
    _ uid: String = TransferSyntax.explicitVRLittleEndian.uid
) -> PartTenFile {
    PartTenFile(
        fileMeta: DataSet(), dataSet: dataSet, transferSyntaxUID: uid, pixelData: pixelData, content: content)
}

/// The fragment of a JPEG: SOI, a byte to tell it by, EOI.
func jpeg(_ number: UInt8) -> [UInt8] {
    [0xFF, 0xD8, 0xFF, 0xE0, 0, number, 0xFF, 0xD9]
}

extension PixelDescription {
    /// Cells of random numbers within Bits Stored, extended.
    func randomCells(seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<rows * columns * samplesPerPixel).flatMap { _ in
            let number = Int(truncatingIfNeeded: generator.next()) & ((1 << bitsStored) - 1)
            let cell = isSigned ? number - (1 << (bitsStored - 1)) : number
            return (0..<bytesPerSample).map { UInt8(truncatingIfNeeded: cell >> (8 * $0)) }
        }
    }
}
