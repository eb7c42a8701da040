import DICOM
import Testing

struct TransferSyntaxTests {
    @Test(arguments: [
        (TransferSyntax.implicitVRLittleEndian, "1.2.840.10008.1.2", true, false, false, false),
        (.explicitVRLittleEndian, "1.2.840.10008.1.2.1", false, false, false, false),
        (.explicitVRBigEndian, "1.2.840.10008.1.2.2", false, true, false, false),
        (.deflatedExplicitVRLittleEndian, "1.2.840.10008.1.2.1.99", false, false, true, false),
        (.encapsulatedUncompressed, "1.2.840.10008.1.2.1.98", false, false, false, true),
        (.deflatedImageFrame, "1.2.840.10008.1.2.8.1", false, false, false, true),
        (.jpegBaseline, "1.2.840.10008.1.2.4.50", false, false, false, true),
        (.htj2kLosslessRPCL, "1.2.840.10008.1.2.4.202", false, false, false, true),
        (.jpegXL, "1.2.840.10008.1.2.4.112", false, false, false, true),
        (.jpipReferencedDeflate, "1.2.840.10008.1.2.4.95", false, false, true, false),
    ])
    func syntaxesAreEncodedAsAnnexASays(
        _ syntax: TransferSyntax, _ uid: String, _ isImplicit: Bool, _ isBigEndian: Bool, _ isDeflated: Bool,
        _ isEncapsulated: Bool
    ) {
        #expect(syntax.uid == uid)
        #expect(syntax.isImplicit == isImplicit)
        #expect(syntax.isBigEndian == isBigEndian)
        #expect(syntax.isDeflated == isDeflated)
        #expect(syntax.isEncapsulated == isEncapsulated)
    }

    @Test(arguments: [
        ("1.2.840.10008.1.2.4.55", TransferSyntax.Family.jpeg), ("1.2.840.10008.1.2.4.81", .jpegLS),
        ("1.2.840.10008.1.2.4.93", .jpeg2000), ("1.2.840.10008.1.2.4.201", .htj2k), ("1.2.840.10008.1.2.5", .rle),
        ("1.2.840.10008.1.2.4.101.1", .mpeg2), ("1.2.840.10008.1.2.4.106", .h264), ("1.2.840.10008.1.2.4.108", .hevc),
        ("1.2.840.10008.1.2.4.94", .referenced), ("1.2.840.10008.1.2.7.1", .other), ("1.2.840.10008.1.20", .native),
    ])
    func familiesFollowTheUID(_ uid: String, _ family: TransferSyntax.Family) {
        #expect(TransferSyntax.known(uid)?.family == family)
    }

    @Test func allSyntaxesOfPS36AreKnown() {
        #expect(TransferSyntax.all.count == 63)
        #expect(TransferSyntax.all.filter(\.isVideo).count == 16)
    }

    @Test func otherUIDsAreNoTransferSyntaxes() {
        #expect(TransferSyntax.known("1.2.840.10008.5.1.4.1.1.2") == nil)
        #expect(TransferSyntax.known("1.2.840.113619.5.2") == nil)
        #expect(TransferSyntax.known("") == nil)
    }

    @Test func storageClassesAreToldFromOthers() {
        #expect(UIDDictionary.name(of: "1.2.840.10008.5.1.4.1.1.2") == "CT Image Storage")
        #expect(UIDDictionary.entry(for: "1.2.840.10008.5.1.4.1.1.66.7")?.isStorageClass == true)
        #expect(UIDDictionary.entry(for: "1.2.840.10008.1.20.1")?.isStorageClass == false)
        #expect(UIDDictionary.entry(for: "1.2.840.10008.1.1")?.isStorageClass == false)
        #expect(UIDDictionary.entry(for: "1.2.840.10008.1.3.10")?.isStorageClass == false)
    }
}
