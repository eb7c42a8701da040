import DICOM
import Testing

struct DataDictionaryTests {
    @Test(arguments: [
        ("00100010", "PatientName", VR.PN, 1, Int?(1), false),
        ("00080008", "ImageType", .CS, 2, nil, false),
        ("00280030", "PixelSpacing", .DS, 2, 2, false),
        ("00280009", "FrameIncrementPointer", .AT, 1, nil, false),
        ("00080001", "LengthToEnd", .UL, 1, 1, true),
        ("7FE00010", "PixelData", .OB, 1, 1, false),
        ("60000010", "OverlayRows", .US, 1, 1, false),
        ("601E3000", "OverlayData", .OB, 1, 1, false),
        ("50042500", "CurveLabel", .LO, 1, 1, true),
        ("00203101", "SourceImageIDs", .CS, 1, nil, true),
    ])
    func entriesSayWhatPS36Says(
        _ tag: String, _ keyword: String, _ vr: VR, _ least: Int, _ most: Int?, _ isRetired: Bool
    ) throws {
        let tag = try #require(Tag(hexadecimal: tag))
        let entry = try #require(DataDictionary.entry(for: tag))
        #expect(entry.keyword == keyword)
        #expect(entry.vr == vr)
        #expect(entry.valueMultiplicity == (least, most))
        #expect(entry.isRetired == isRetired)
    }

    @Test func alternativesAreKeptInOrder() {
        #expect(DataDictionary.entry(for: .smallestImagePixelValue)?.vrs == [.US, .SS])
        #expect(DataDictionary.entry(for: .lutData)?.vrs == [.US, .OW])
        #expect(DataDictionary.entry(for: .pixelData)?.vrs == [.OB, .OW])
    }

    @Test(arguments: ["00091001", "00090010", "60010010", "00100011", "FFFEE000"])
    func privateAndUnknownTagsHaveNoEntry(_ tag: String) throws {
        let tag = try #require(Tag(hexadecimal: tag))
        #expect(DataDictionary.entry(for: tag) == nil)
        #expect(tag.keyword == nil)
    }

    /// PS3.6 gives one keyword to a whole repeating group; a JSON object can have it as key once only.
    @Test func keywordOfARepeatingGroupStandsForItsFirstTag() {
        #expect(Tag(0x6000, 0x3000).keyword == "OverlayData")
        #expect(Tag(keyword: "OverlayData") == Tag(0x6000, 0x3000))
        #expect(Tag(0x6002, 0x3000).keyword == nil)
    }

    @Test func keywordsAndTagsAreOneToOne() {
        var count = 0
        for group in [0x0008, 0x0018, 0x300A] as [UInt16] {
            for element in UInt16.min...0x9FFF {
                guard let keyword = Tag(group, element).keyword else { continue }
                count += 1
                #expect(Tag(keyword: keyword) == Tag(group, element))
            }
        }
        #expect(count > 1000)
    }

    @Test func unknownWordsAreNoKeywords() {
        #expect(Tag(keyword: "PatientsName") == nil)
        #expect(Tag(keyword: "") == nil)
        #expect(Tag(keyword: "-") == nil)
    }
}
