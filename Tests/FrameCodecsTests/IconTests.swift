import DICOM
import Testing

@testable import FrameCodecs

struct IconTests {
    private static let rle = TransferSyntax.rleLossless.uid

    /// A sequence item around fragments, as the reader keeps it: items and their delimiter.
    private func icon(_ fragments: [[UInt8]], _ module: DataSet = imageModule(rows: 2, columns: 3)) -> DataSet {
        var stream: [UInt8] = []
        for fragment in [[]] + fragments {
            stream += [0xFE, 0xFF, 0x00, 0xE0]
            stream += (0..<4).map { UInt8(truncatingIfNeeded: fragment.count >> (8 * $0)) }
            stream += fragment
        }
        stream += [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        var icon = module
        icon.set(DataElement(.pixelData, .OB, .bytes(stream[...])))
        return icon
    }

    /// One segment: a run of six.
    private let runs: [UInt8] = [1, 0, 0, 0, 64, 0, 0, 0] + [UInt8](repeating: 0, count: 56) + [0xFB, 9]

    private func inside(_ icons: DataSet...) -> DataSet {
        DataSet([DataElement(.modality, .CS, "CT"), DataElement(.iconImageSequence, items: icons)])
    }

    @Test func anIconIsNativeInAnotherTransferSyntax() throws {
        let dataSet = inside(icon([runs]))
        #expect(dataSet.hasEncapsulatedIcons)
        let sent = dataSet.withNativeIcons(importedIn: Self.rle)
        #expect(!sent.hasEncapsulatedIcons)
        let found = try #require(sent.items(.iconImageSequence).first)
        #expect(found[.pixelData] == DataElement(.pixelData, .OB, .bytes([9, 9, 9, 9, 9, 9])))
        #expect(found.integer(.rows) == 2 && sent.contains(.modality))
    }

    @Test func wideCellsAreWords() throws {
        let planes: [UInt8] =
            [2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0] + [UInt8](repeating: 0, count: 52) + [0xFB, 1, 0xFB, 2]
        let sent = inside(icon([planes], imageModule(rows: 2, columns: 3, allocated: 16)))
            .withNativeIcons(importedIn: Self.rle)
        let element = try #require(sent.items(.iconImageSequence).first?[.pixelData])
        #expect(element == DataElement(.pixelData, .OW, .bytes([2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1])))
    }

    @Test func anIconInsideAnotherSequenceIsFound() throws {
        let outer = DataSet([DataElement(.referencedImageSequence, items: [inside(icon([runs]))])])
        #expect(outer.hasEncapsulatedIcons)
        #expect(!outer.withNativeIcons(importedIn: Self.rle).hasEncapsulatedIcons)
    }

    @Test func whatDoesNotDecodeStaysAsItCame() {
        let damaged = [icon([[1, 2, 3]]), icon([]), icon([runs, runs]), icon([runs], DataSet())]
        for item in damaged {
            #expect(inside(item).withNativeIcons(importedIn: Self.rle) == inside(item))
        }
        let mixed = inside(icon([[1, 2, 3]]), icon([runs])).withNativeIcons(importedIn: Self.rle)
        #expect(mixed.items(.iconImageSequence).map { $0[.pixelData]?.holdsFragments } == [true, false])
        #expect(inside(icon([runs])).withNativeIcons(importedIn: "1.2.3") == inside(icon([runs])))
    }

    @Test func soManyIconsAndNoLargerOnesAreDecoded() {
        let many = DataSet([
            DataElement(.iconImageSequence, items: (0..<20).map { icon([$0 < 4 ? [1] : runs]) }),
            DataElement(.referencedImageSequence, items: [inside(icon([runs]))]),
        ])
        let sent = many.withNativeIcons(importedIn: Self.rle)
        let isNative = sent.items(.iconImageSequence).map { $0[.pixelData]?.holdsFragments == false }
        #expect(isNative == (0..<20).map { (4..<15).contains($0) })
        let large = inside(icon([runs], imageModule(rows: 1_025, columns: 1_024)))
        #expect(large.withNativeIcons(importedIn: Self.rle) == large)
    }

    @Test func nativeIconsAndTheImagesOwnPixelDataAreNoneOfThem() {
        var native = imageModule(rows: 2, columns: 3)
        native.set(DataElement(.pixelData, .OB, .bytes([1, 2, 3, 4, 5, 6])))
        #expect(!inside(native).hasEncapsulatedIcons)
        #expect(!icon([runs]).hasEncapsulatedIcons)
    }
}
