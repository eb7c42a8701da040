import ImageSets
import Testing

@Suite struct ImportWarningTests {
    @Test func theElevenCodesHaveTheNumbersOfTheGuide() {
        #expect(
            ImportWarning.Code.allCases.map(\.rawValue)
                == [45056, 45062, 45063, 45312, 45328, 45329, 45330, 45344, 45570, 45571, 47513])
    }

    @Test func typeIsTheEnumerationNameInCamelCase() {
        // Initialisms of DICOM and UID stay in capitals, as the guide's codes have them.
        for code in ImportWarning.Code.allCases {
            let words = code.name.split(separator: "_").map { word in
                ["UID", "DICOM"].contains(word) ? String(word) : word.prefix(1) + word.dropFirst().lowercased()
            }
            #expect(code.type == words.joined())
        }
    }

    @Test func theOffsetTableMessageIsTheServicesOwn() {
        #expect(
            ImportWarning(.invalidOffsetTable).message
                == "The file was imported but contains an invalid offset table, may see issues when retrieving certain frames."
        )
    }

    @Test(arguments: [
        (45569, ImportWarning.Code.invalidUIDFormat), (49151, .other), (45570, .invalidUIDFormat), (47513, .other),
        (45571, .invalidDICOMValueLength),
    ])
    func searchesMayUseTheTrueDecimals(number: Int, code: ImportWarning.Code) {
        #expect(ImportWarning.Code(searched: number) == code)
    }

    @Test func otherNumbersAreNoCodes() {
        #expect(ImportWarning.Code(searched: 45568) == nil)
    }
}
