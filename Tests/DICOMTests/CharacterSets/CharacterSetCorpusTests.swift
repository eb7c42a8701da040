import DICOM
import Foundation
import TestSupport
import Testing

/// The files of the corpus made for character sets, with the names that pydicom reads in them.
@Suite(.enabled(if: TestCorpus.isPresent)) struct CharacterSetCorpusTests {
    @Test(arguments: [
        ("CR_32x32_12b_chrJapMulti", ["やまだ^たろう"]),
        ("CR_32x32_12b_chrJapMultiExplicitIR6", ["やまだ^たろう"]),
        ("CR_32x32_12b_chrKoreanMulti", ["김희중"]),
        ("OT_32x32_8b_chrArab", ["قباني^لنزار"]),
        ("OT_32x32_8b_chrFren", ["Buc^Jérôme"]),
        ("OT_32x32_8b_chrFrenMulti", ["Buc^Jérôme"]),
        ("OT_32x32_8b_chrGB2312", ["Zhang^XiaoDong=张^小东="]),
        ("OT_32x32_8b_chrGerm", ["Äneas^Rüdiger"]),
        ("OT_32x32_8b_chrGreek", ["Διονυσιος"]),
        ("OT_32x32_8b_chrH31", ["Yamada^Tarou=山田^太郎=やまだ^たろう"]),
        ("OT_32x32_8b_chrH32", ["ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"]),
        ("OT_32x32_8b_chrHbrw", ["שרון^דבורה"]),
        ("OT_32x32_8b_chrI2", ["Hong^Gildong=洪^吉洞=홍^길동"]),
        ("OT_32x32_8b_chrRuss", ["Люкceмбypг"]),
        ("OT_32x32_8b_chrX1", ["Wang^XiaoDong=王^小東="]),
        ("OT_32x32_8b_chrX2", ["Wang^XiaoDong=王^小东="]),
    ])
    func patientName(file: String, names: [String]) throws {
        #expect(try dataSet(file).strings(.patientName) == names)
    }

    @Test func otherAttributesOfSeveralValues() throws {
        #expect(try dataSet("CR_32x32_12b_chrKoreanMulti").strings(Tag(0x0010, 0x1001)) == ["김희중", "김희중"])
        #expect(try dataSet("OT_32x32_8b_chrFrenMulti").strings(Tag(0x0010, 0x1001)) == ["Buc^Jérôme", "Buc^Jérôme"])
        #expect(try dataSet("CR_32x32_12b_chrJapMulti").strings(Tag(0x0010, 0x21B0)) == ["たろう"])
    }

    @Test(arguments: ["chrSQEncoding", "chrSQEncoding1"])
    func namesInItems(file: String) throws {
        let dataSet = try dataSet(file)
        let item = try #require(dataSet.items(Tag(0x0032, 0x1064)).first)
        let characterSet = item.characterSet(inheriting: dataSet.characterSet)
        #expect(item.strings(.patientName, in: characterSet) == ["ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"])
    }

    private func dataSet(_ file: String) throws -> DataSet {
        let url = try #require(TestCorpus.url("dicom/charset/\(file).dcm"))
        return try PartTenReader.read(MemoryBytes(Array(Data(contentsOf: url)))).dataSet
    }
}
