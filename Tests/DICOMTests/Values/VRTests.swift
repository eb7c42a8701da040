import DICOM
import Testing

struct VRTests {
    @Test(arguments: VR.allCases)
    func codesReadBack(_ vr: VR) {
        #expect(VR(code: vr.code) == vr)
        #expect("\(vr)" == vr.code)
    }

    @Test(arguments: ["", "A", "AEX", "ae", "ZZ", "  ", "OX"])
    func otherCodesAreNone(_ code: String) {
        #expect(VR(code: code) == nil)
    }

    /// PS3.5 table 7.1-1.
    @Test func theseHaveFourByteLengths() {
        let long: Set<VR> = [.OB, .OD, .OF, .OL, .OV, .OW, .SQ, .SV, .UC, .UN, .UR, .UT, .UV]
        for vr in VR.allCases { #expect(vr.hasLongLength == long.contains(vr), "\(vr)") }
    }

    @Test func paddingIsSpaceForTextButNotForUIDs() {
        #expect(VR.PN.padding == 0x20)
        #expect(VR.UI.padding == 0x00)
        #expect(VR.OB.padding == 0x00)
        #expect(VR.UN.padding == 0x00)
    }

    @Test func wordsAreAsWideAsTheByteOrderTurns() {
        #expect(VR.AT.wordSize == 2)
        #expect(VR.OW.wordSize == 2)
        #expect(VR.FL.wordSize == 4)
        #expect(VR.OV.wordSize == 8)
        #expect(VR.UN.wordSize == 1)
    }

    @Test func everyVRIsOfOneKind() {
        for vr in VR.allCases {
            let kinds = [vr.isText, vr.isNumericBinary, vr.isBinary, vr == .SQ, vr == .AT].count { $0 }
            #expect(kinds == 1, "\(vr)")
            if vr.usesCharacterSet { #expect(vr.isText) }
        }
    }
}
