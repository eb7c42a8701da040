import DICOM
import Foundation
import TestSupport
import Testing

/// Every file of the corpus through JSON and back.
@Suite(.enabled(if: TestCorpus.isPresent)) struct DICOMJSONCorpusTests {
    /// Equal but for what JSON does not keep: repertoire, padding, the form of a DS or IS, trailing empty groups of a
    /// name, odd lengths, and values that the caller has as bulk data.
    @Test(arguments: ["charset", "documents", "explicit-be", "implicit-le", "nonconformant", "dicomdir"])
    func dataSetsComeBack(folder: String) throws {
        let directory = try #require(TestCorpus.url("dicom/\(folder)"))
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        var compared = 0
        for file in files {
            guard let dataSet = try? PartTenReader.read(MemoryBytes(Array(Data(contentsOf: file)))).dataSet else {
                continue
            }
            let read = try DICOMJSON.decode(DICOMJSON.encode(dataSet))
            expectEqual(dataSet, read, dataSet.characterSet, file.lastPathComponent)
            compared += 1
        }
        #expect(compared > 0)
    }

    private func expectEqual(_ before: DataSet, _ after: DataSet, _ outer: DICOM.CharacterSet, _ place: String) {
        let characterSet = before.characterSet(inheriting: outer)
        for element in before.elements where element.tag != .specificCharacterSet && !element.tag.isGroupLength {
            let place = "\(place) \(element.tag)"
            guard let other = after[element.tag] else {
                Issue.record("lost: \(place)")
                continue
            }
            switch (element.value, other.value) {
            case (.bulk, _): break
            case (.items(let items), .items(let others)):
                #expect(items.count == others.count, "\(place)")
                for (item, other) in zip(items, others) { expectEqual(item, other, characterSet, place) }
            case (.bytes(let bytes), .bytes(let others)):
                #expect(element.vr == other.vr, "\(place)")
                if element.vr.isText {
                    #expect(text(before, element, characterSet) == text(after, element, .utf8), "\(place)")
                } else {
                    #expect(others == (bytes.count.isMultiple(of: 2) ? bytes : bytes + [0]), "\(place)")
                }
            default: Issue.record("another form: \(place)")
            }
        }
        let added = after.elements.filter { !before.contains($0.tag) && $0.tag != .specificCharacterSet }
        #expect(added.isEmpty, "\(place)")
    }

    /// The values, numbers as doubles and names without trailing empty groups.
    private func text(_ dataSet: DataSet, _ element: DataElement, _ characterSet: DICOM.CharacterSet) -> [String] {
        dataSet.strings(element.tag, in: characterSet).map { value in
            switch element.vr {
            case .DS, .IS: Double(value).map { "\($0)" } ?? value
            case .PN: String(value.reversed().drop { $0 == "=" }.reversed())
            default: value
            }
        }
    }
}
