import DICOM
import Testing

/// The examples of PS3.5 annexes H to K and of the standard's data sets, byte by byte.
@Suite struct CharacterSetTests {
    @Test(
        "PS3.5 annexes H to K",
        arguments: [
            // H.3.1: JIS X 0208 designated as G0, ASCII brought back before each delimiter.
            (
                ["", "ISO 2022 IR 87"],
                "Yamada^Tarou=\u{1B}$B;3ED\u{1B}(B^\u{1B}$BB@O:\u{1B}(B=\u{1B}$B$d$^$@\u{1B}(B^\u{1B}$B$?$m$&\u{1B}(B",
                "Yamada^Tarou=山田^太郎=やまだ^たろう"
            ),
            // H.3.2: JIS X 0201 at the start; its romaji brought back.
            (
                ["ISO 2022 IR 13", "ISO 2022 IR 87"],
                "\u{D4}\u{CF}\u{C0}\u{DE}^\u{C0}\u{DB}\u{B3}=\u{1B}$B;3ED\u{1B}(J^\u{1B}$BB@O:\u{1B}(J"
                    + "=\u{1B}$B$d$^$@\u{1B}(J^\u{1B}$B$?$m$&\u{1B}(J",
                "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
            ),
            // I.2: KS X 1001 as G1, designated anew after each delimiter.
            (
                ["", "ISO 2022 IR 149"],
                "Hong^Gildong=\u{1B}$)C\u{FB}\u{F3}^\u{1B}$)C\u{D1}\u{CE}\u{D4}\u{D7}"
                    + "=\u{1B}$)C\u{C8}\u{AB}^\u{1B}$)C\u{B1}\u{E6}\u{B5}\u{BF}",
                "Hong^Gildong=洪^吉洞=홍^길동"
            ),
            // J.1 and J.2: UTF-8 and GB 18030.
            (
                ["ISO_IR 192"], "Wang^XiaoDong=\u{E7}\u{8E}\u{8B}^\u{E5}\u{B0}\u{8F}\u{E6}\u{9D}\u{B1}",
                "Wang^XiaoDong=王^小東"
            ),
            (["GB18030"], "Wang^XiaoDong=\u{CD}\u{F5}^\u{D0}\u{A1}\u{B6}\u{AB}", "Wang^XiaoDong=王^小东"),
            (["GBK"], "Wang^XiaoDong=\u{CD}\u{F5}^\u{D0}\u{A1}\u{B6}\u{AB}", "Wang^XiaoDong=王^小东"),
            // K.2: GB 2312 as G1.
            (
                ["", "ISO 2022 IR 58"],
                "Zhang^XiaoDong=\u{1B}$)A\u{D5}\u{C5}^\u{1B}$)A\u{D0}\u{A1}\u{B6}\u{AB}=",
                "Zhang^XiaoDong=张^小东="
            ),
        ])
    func examplesOfTheStandard(terms: [String], bytes: String, text: String) {
        #expect(CharacterSet(definedTerms: terms).decode(encoded(bytes), vr: .PN) == text)
    }

    @Test(arguments: [
        ("ISO_IR 100", "Buc^J\u{E9}r\u{F4}me", "Buc^Jérôme"),
        ("ISO_IR 101", "Walez\u{BF}a", "Walezża"),
        ("ISO_IR 109", "\u{A6}\u{B1}a\u{BF}", "Ĥħaż"),
        ("ISO_IR 110", "R\u{BF}\u{BD}", "RŋŊ"),
        ("ISO_IR 126", "\u{C4}\u{E9}\u{EF}\u{ED}\u{F5}\u{F3}\u{E9}\u{EF}\u{F2}", "Διονυσιος"),
        ("ISO_IR 127", "\u{E2}\u{C8}\u{C7}\u{E6}\u{EA}^\u{E4}\u{E6}\u{D2}\u{C7}\u{D1}", "قباني^لنزار"),
        ("ISO_IR 138", "\u{F9}\u{F8}\u{E5}\u{EF}^\u{E3}\u{E1}\u{E5}\u{F8}\u{E4}", "שרון^דבורה"),
        ("ISO_IR 144", "\u{BB}\u{EE}\u{DA}ce\u{DC}\u{D1}yp\u{D3}", "Люкceмбypг"),
        ("ISO_IR 148", "\u{DD}stanbul\u{FD}", "İstanbulı"),
        ("ISO_IR 203", "\u{BD}uvre \u{A4}", "œuvre €"),
        ("ISO_IR 166", "\u{CA}\u{C1}\u{AA}\u{D2}\u{C2}", "สมชาย"),
        ("ISO_IR 13", "\u{D4}\u{CF}\u{C0}\u{DE}^\u{C0}\u{DB}\u{B3}", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
    ])
    func singleByteSets(term: String, bytes: String, text: String) {
        #expect(CharacterSet(definedTerms: [term]).decode(encoded(bytes), vr: .PN) == text)
        let extended = term.replacing("ISO_IR", with: "ISO 2022 IR")
        #expect(CharacterSet(definedTerms: [extended]).decode(encoded(bytes), vr: .PN) == text)
    }

    @Test(arguments: [
        ("ISO_IR 100", "\u{A0}\u{FF}", "\u{A0}ÿ"),
        ("ISO_IR 109", "\u{A5}", "\u{FFFD}"),  // a place that ISO 8859-3 leaves free
        ("ISO_IR 13", "\u{FD}\u{FF}", "\u{FFFD}\u{FFFD}"),
        ("ISO_IR 192", "a\u{C3}", "a\u{FFFD}"),
        ("GB18030", "\u{FF}a\u{81}", "\u{FFFD}a\u{FFFD}"),
        ("ISO 2022 IR 149", "\u{B1}", "\u{FFFD}"),
        ("ISO 2022 IR 149", "\u{FF}\u{B1}", "\u{FFFD}\u{FFFD}"),
    ])
    func bytesThatAreNoCharactersBecomeReplacements(term: String, bytes: String, text: String) {
        #expect(CharacterSet(definedTerms: [term]).decode(encoded(bytes), vr: .LO) == text)
    }

    @Test func gb18030HasFourByteCharactersOfAllPlanes() {
        let set = CharacterSet(definedTerms: ["GB18030"])
        #expect(set.decode(encoded("\u{81}\u{30}\u{81}\u{30}"), vr: .LO) == "\u{80}")
        #expect(set.decode(encoded("\u{84}\u{31}\u{A4}\u{39}"), vr: .LO) == "\u{FFFF}")
        #expect(set.decode(encoded("\u{90}\u{30}\u{81}\u{30}"), vr: .LO) == "\u{10000}")
        #expect(set.decode(encoded("\u{E3}\u{32}\u{9A}\u{35}"), vr: .LO) == "\u{10FFFF}")
        #expect(set.decode(encoded("\u{E3}\u{32}\u{9A}\u{36}"), vr: .LO) == "\u{FFFD}2\u{FFFD}6")
    }

    @Test func plainTextIsReadAsItIs() {
        for term in ["", "ISO_IR 100", "ISO 2022 IR 13", "ISO_IR 192", "GB18030"] {
            #expect(
                CharacterSet(definedTerms: [term]).decode(encoded("Doe^Jane\\Roe^R. "), vr: .PN) == "Doe^Jane\\Roe^R. ")
        }
    }

    @Test func textOfOtherVRsIsInTheDefaultRepertoire() {
        let set = CharacterSet(definedTerms: ["ISO_IR 126"])
        #expect(set.decode(encoded("\u{C4}"), vr: .CS) == "Ä")
        #expect(set.decode(encoded("\u{C4}"), vr: .LO) == "Δ")
    }
}

/// What is not as the standard has it, and is read as it was meant.
@Suite struct CharacterSetLeniencyTests {
    @Test(arguments: [
        "ISO_IR 100", "ISO-IR 100", "ISO_IR_100", "iso_ir 100", "ISO IR 100", "ISO  IR   100", "ISO_IR100",
        " ISO_IR 100 ",
        "ISO 2022 IR 100", "ISO_2022_IR_100", "ISO 2022-IR 100",
    ])
    func nearMissesOfATermAreTheTerm(term: String) {
        let set = CharacterSet(definedTerms: [term])
        #expect(set.decode(encoded("J\u{E9}r\u{F4}me"), vr: .LO) == "Jérôme")
        #expect(!set.isUnknown)
    }

    @Test(arguments: ["KOI8-R", "ISO_IR 999", "ISO_IR 1000", "Ä"])
    func textOfAnUnknownTermIsUTF8OrLatin1(term: String) {
        let set = CharacterSet(definedTerms: [term])
        #expect(set.isUnknown)
        #expect(set.decode(encoded("\u{C3}\u{A9}"), vr: .LO) == "é")
        #expect(set.decode(encoded("\u{C3}\u{E9}"), vr: .LO) == "Ãé")
    }

    @Test(arguments: [[], [""], ["ISO_IR 6"], ["ISO 2022 IR 6"]])
    func eightBitTextWithoutADeclaredSetIsUTF8OrLatin1(terms: [String]) {
        let set = CharacterSet(definedTerms: terms)
        #expect(!set.isUnknown)
        #expect(set.decode(encoded("M\u{C3}\u{BC}ller"), vr: .PN) == "Müller")
        #expect(set.decode(encoded("M\u{FC}ller"), vr: .PN) == "Müller")
    }

    @Test func escapeSequencesCountWithoutBeingDeclared() {
        #expect(CharacterSet.ascii.decode(encoded("\u{1B}$B;3ED\u{1B}(B^T"), vr: .PN) == "山田^T")
    }

    @Test func escapesThatDesignateNothingStayInTheText() {
        for sequence in ["\u{1B}", "\u{1B}$", "\u{1B}(", "\u{1B}(Z", "\u{1B}$)", "\u{1B}[1m", "\u{1B}\u{1B}"] {
            #expect(CharacterSet.ascii.decode(encoded(sequence), vr: .LO) == sequence)
        }
    }

    @Test func delimitersBringTheInitialSetsBack() {
        // Cyrillic designated once, then Latin-1 again after each delimiter.
        let set = CharacterSet(definedTerms: ["ISO 2022 IR 100", "ISO 2022 IR 144"])
        #expect(set.decode(encoded("\u{1B}-L\u{BB}\u{DE}^\u{E9}=\u{E9}\\\u{E9}"), vr: .PN) == "Л\u{43E}^é=é\\é")
        #expect(set.decode(encoded("\u{1B}-L\u{BB}^\u{BB}\\\u{E9}"), vr: .LO) == "Л^Л\\é")
        #expect(
            set.decode(encoded("\u{1B}-L\u{BB}\\\u{BB}\r\n\u{E9}\u{1B}-L\u{BB}\t\u{E9}"), vr: .LT) == "Л\\Л\r\néЛ\té")
    }

    @Test func aSetInTheRightHalfStaysWhereNoneIsInitial() {
        // A writer that designates Korean once, not after each delimiter.
        let set = CharacterSet(definedTerms: ["", "ISO 2022 IR 149"])
        #expect(set.decode(encoded("\u{1B}$)C\u{FB}\u{F3}^\u{D1}\u{CE}\u{D4}\u{D7}"), vr: .PN) == "洪^吉洞")
        // One that never does.
        #expect(set.decode(encoded("\u{FB}\u{F3}^\u{D1}\u{CE}\u{D4}\u{D7}"), vr: .PN) == "洪^吉洞")
    }

    @Test func aNameDelimiterAfterDoubleBytesCountsWithoutASwitchBack() {
        #expect(CharacterSet.ascii.decode(encoded("\u{1B}$B;3ED^\u{1B}$BB@O:"), vr: .PN) == "山田^太郎")
    }

    @Test func shiftJISIsReadInJISX0201() {
        #expect(
            CharacterSet(definedTerms: ["ISO_IR 13"]).decode(encoded("\u{8E}\u{52}\u{93}\u{63}^\u{C0}\u{DB}"), vr: .PN)
                == "山田^ﾀﾛ")
    }
}

/// Where values part.
@Suite struct CharacterSetSplitTests {
    private func split(_ term: String, _ bytes: String, _ vr: VR) -> [ArraySlice<UInt8>] {
        CharacterSet(definedTerms: term.split(separator: "\\", omittingEmptySubsequences: false).map(String.init))
            .split(encoded(bytes), vr: vr)
    }

    @Test func backslashesPartValues() {
        #expect(split("ISO_IR 100", "a\\\\b\u{E9}", .LO) == [encoded("a"), encoded(""), encoded("b\u{E9}")])
        #expect(split("", "", .LO) == [encoded("")])
        #expect(split("ISO_IR 100", "a\\b", .LT) == [encoded("a\\b")])
    }

    @Test(arguments: [
        // Shift JIS, GBK and JIS X 0208 have 5C as the second or the first half of a character.
        ("ISO_IR 13", "\u{83}\u{5C}\\\u{94}\u{5C}", "ソ", "能"),
        ("GB18030", "\u{95}\u{5C}\\a", "昞", "a"),
        ("\\ISO 2022 IR 87", "\u{1B}$B\u{5C}\u{21}\u{1B}(B\\b", "棔", "b"),
    ])
    func halvesOfCharactersPartNothing(term: String, bytes: String, first: String, second: String) {
        let set = CharacterSet(
            definedTerms: term.split(separator: "\\", omittingEmptySubsequences: false).map(String.init))
        #expect(set.decode(encoded(bytes), vr: .LO) == "\(first)\\\(second)")
        #expect(split(term, bytes, .LO).map { set.decode($0, vr: .LO) } == [first, second])
    }

    @Test func theYenSignsCodePartsValues() {
        // PS3.18 F.2.4: 05/12 is the delimiter, whatever the repertoire shows there.
        let set = CharacterSet(definedTerms: ["ISO_IR 13"])
        #expect(set.split(encoded("\u{D4}\\\u{CF}"), vr: .LO) == [encoded("\u{D4}"), encoded("\u{CF}")])
        #expect(set.decode(encoded("\u{D4}\\\u{CF}"), vr: .LO) == "ﾔ\\ﾏ")
        #expect(set.decode(encoded("\\100~"), vr: .ST) == "¥100‾")
    }

    @Test func aWrongFirstByteDoesNotSwallowADelimiter() {
        #expect(split("GB18030", "\u{81}\u{20}\\b", .LO).count == 2)
        #expect(split("\\ISO 2022 IR 149", "\u{1B}$)C\u{B1}\\b", .LO).count == 2)
    }
}
