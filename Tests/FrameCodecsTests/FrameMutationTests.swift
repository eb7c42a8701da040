import DICOM
import TestSupport
import Testing

@testable import FrameCodecs

/// Hostile bytes: whatever comes, there is a frame, a warning or an error; never a trap, a hang or a flood of memory.
struct FrameMutationTests {
    @Test(arguments: 0..<40)
    func mutatedDescriptionsAndFragmentsAreSurvived(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let syntaxes = TransferSyntax.all.map(\.uid) + ["1.2.3"]
        for _ in 0..<50 {
            let dataSet = mutatedModule(&numbers)
            let uid = syntaxes[Int.random(in: 0..<syntaxes.count, using: &numbers)]
            let (pixelData, content) = mutatedPixelData(&numbers)
            let source = FrameSource(file(dataSet, pixelData, content, uid))
            #expect(source.frameCount <= 10_000)
            for index in 0..<min(source.frameCount, 3) { _ = try? source.frame(index) }
            if let whole = source.whole { _ = try? whole.read(at: 0, count: min(whole.count, 1 << 16)) }
        }
    }

    @Test(arguments: 0..<40)
    func mutatedRunLengthsAreSurvived(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let pixel = PixelDescription(rows: 7, columns: 9, samplesPerPixel: 3, bitsAllocated: 16)
        var frame: [UInt8] = [6, 0, 0, 0]
        for index in 0..<15 { frame += [UInt8(index < 6 ? 64 + index * 4 : 0), 0, 0, 0] }
        for _ in 0..<6 { frame += [0xC2, 7, 0, 1] }  // 63 times 7, once 1
        for _ in 0..<50 {
            var mutated = frame
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                mutated[Int.random(in: 0..<mutated.count, using: &numbers)] = .random(in: 0...255, using: &numbers)
            }
            if Bool.random(using: &numbers) { mutated.removeLast(Int.random(in: 0...20, using: &numbers)) }
            let decoded = try? RLEFrame.decode(mutated, pixel)
            #expect(decoded?.count ?? pixel.frameByteCount == pixel.frameByteCount)
        }
    }

    @Test(arguments: 0..<20)
    func mutatedCodestreamsAreSurvived(seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        let pixel = PixelDescription(rows: 30, columns: 40, bitsAllocated: 16, bitsStored: 12)
        let cells = (0..<1200).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 % 13)] }
        let uid = "1.2.840.10008.1.2.4.202"
        let transcoder = FrameTranscoder(pixel: pixel, plan: .transcode(to: uid), sourceTransferSyntaxUID: uid)
        let frame = try FrameTranscoder(
            pixel: pixel, plan: .transcode(to: uid), sourceTransferSyntaxUID: "1.2.840.10008.1.2.1"
        ).encode(cells).bytes
        for _ in 0..<10 {
            var mutated = frame
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                mutated[Int.random(in: 0..<mutated.count, using: &numbers)] = .random(in: 0...255, using: &numbers)
            }
            if Bool.random(using: &numbers) { mutated.removeLast(Int.random(in: 0...mutated.count, using: &numbers)) }
            let stored = try? transcoder.encode(mutated)
            #expect(stored?.frameSizeInBytes ?? cells.count == cells.count)
        }
    }

    @Test(arguments: 0..<20)
    func mutatedVideosAreSurvived(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let starts: [[UInt8]] = [
            [0, 0, 0, 12, 0x66, 0x74, 0x79, 0x70, 1, 1, 1, 1, 0, 0, 0, 8, 0x6D, 0x6F, 0x6F, 0x76],
            [0x47, 0x40, 0, 0x30, 0xFF], [0, 0, 1],
        ]
        for start in starts {
            for _ in 0..<20 {
                var bytes = start + (0..<600).map { _ in UInt8.random(in: 0...255, using: &numbers) }
                for place in stride(from: 188, to: bytes.count, by: 188) where start[0] == 0x47 { bytes[place] = 0x47 }
                let (pixelData, content) = encapsulated([bytes])
                _ = VideoStream.isVideo(PixelDataBytes(pixelData, of: content), of: "1.2.840.10008.1.2.4.102")
            }
        }
    }

    private func mutatedModule(_ numbers: inout SeededGenerator) -> DataSet {
        let odd = [0, 1, 2, 3, 8, 12, 16, 32, 64, 255, 65535]
        var dataSet = imageModule(frames: ["1", "2", "1A", "2147483647", "-1"].randomElement(using: &numbers))
        for tag in [
            DICOM.Tag.rows, .columns, .samplesPerPixel, .bitsAllocated, .bitsStored, .highBit, .pixelRepresentation,
            .planarConfiguration,
        ] where Int.random(in: 0..<3, using: &numbers) == 0 {
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: dataSet.remove(tag)
            case 1: dataSet.set(DataElement(tag, .UL, integers: [Int(truncatingIfNeeded: numbers.next() >> 33)]))
            case 2: dataSet.set(DataElement(tag, .UN, "x"))
            default: dataSet.set(DataElement(tag, .US, integers: [odd.randomElement(using: &numbers) ?? 0]))
            }
        }
        if Bool.random(using: &numbers) { dataSet.set(DataElement(.photometricInterpretation, .CS, "YBR_FULL_422")) }
        if Int.random(in: 0..<4, using: &numbers) == 0 {
            let offsets = (0..<3).map { _ in
                Int(truncatingIfNeeded: numbers.next()) >> Int.random(in: 0..<64, using: &numbers)
            }
            dataSet.set(DataElement(.extendedOffsetTable, .OV, integers: offsets))
        }
        return dataSet
    }

    private func mutatedPixelData(_ numbers: inout SeededGenerator) -> (PixelData, any RandomAccessBytes) {
        let bytes = (0..<Int.random(in: 0..<200, using: &numbers)).map { _ in UInt8.random(in: 0...255, using: &numbers)
        }
        if Bool.random(using: &numbers) {
            let declared = Bool.random(using: &numbers) ? bytes.count : Int(UInt32.max)
            return (
                native(bytes, declared: declared, isBigEndian: .random(using: &numbers)),
                // Sometimes the content is shorter than the reader said.
                MemoryBytes(Bool.random(using: &numbers) ? bytes : Array(bytes.prefix(9)))
            )
        }
        let fragments = (0..<Int.random(in: 0..<4, using: &numbers)).map { index in
            Bool.random(using: &numbers)
                ? jpeg(UInt8(index)) : Array(bytes.prefix(Int.random(in: 0..<20, using: &numbers)))
        }
        let table = (0..<Int.random(in: 0..<4, using: &numbers)).map { _ in
            UInt32(truncatingIfNeeded: numbers.next()) >> UInt32.random(in: 0..<32, using: &numbers)
        }
        let (pixelData, content) = encapsulated(fragments, table: table, isTerminated: .random(using: &numbers))
        return (pixelData, content)
    }
}
