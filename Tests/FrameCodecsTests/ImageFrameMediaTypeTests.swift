import DICOM
import Testing

@testable import FrameCodecs

struct ImageFrameMediaTypeTests {
    /// spec/10 "GetImageFrame".
    @Test(
        arguments: [
            ("1.2.840.10008.1.2.1", "application/octet-stream"), ("1.2.840.10008.1.2.4.50", "image/jpeg"),
            ("1.2.840.10008.1.2.4.90", "image/jp2"), ("1.2.840.10008.1.2.4.91", "image/j2c"),
            ("1.2.840.10008.1.2.4.100", "video/mpeg"), ("1.2.840.10008.1.2.4.100.1", "video/mpeg"),
            ("1.2.840.10008.1.2.4.101", "video/mpeg"), ("1.2.840.10008.1.2.4.101.1", "video/mpeg"),
            ("1.2.840.10008.1.2.4.102", "video/mp4"), ("1.2.840.10008.1.2.4.103.1", "video/mp4"),
            ("1.2.840.10008.1.2.4.106", "video/mp4"), ("1.2.840.10008.1.2.4.107", "video/H256"),
            ("1.2.840.10008.1.2.4.108", "video/H256"), ("1.2.840.10008.1.2.4.202", "image/jph"), (nil, "image/jph"),
            ("1.2.840.10008.1.2.4.203", "image/jphc"), ("1.2.840.10008.1.2.4.112", "image/jxl"),
            ("1.2.840.10008.1.2.4.110", "application/octet-stream"),
            ("1.2.840.10008.1.2.4.80", "application/octet-stream"),
            ("1.2.840.10008.1.2.4.201", "application/octet-stream"), ("1.2.3", "application/octet-stream"),
        ] as [(String?, String)])
    func contentTypeOfGetImageFrame(uid: String?, type: String) {
        #expect(ImageFrameMediaType.contentType(storedTransferSyntaxUID: uid) == type)
    }

    @Test func anAbsentSyntaxIsTheStoresOwn() {
        #expect(ImageFrameMediaType.contentType(storedTransferSyntaxUID: nil, format: .jpeg2000) == "image/jp2")
    }

    @Test(arguments: [
        ("1.2.840.10008.1.2.1", "application/octet-stream"), ("1.2.840.10008.1.2.5", "image/dicom-rle"),
        ("1.2.840.10008.1.2.4.50", "image/jpeg"), ("1.2.840.10008.1.2.4.70", "image/jpeg"),
        ("1.2.840.10008.1.2.4.81", "image/jls"), ("1.2.840.10008.1.2.4.90", "image/jp2"),
        ("1.2.840.10008.1.2.4.91", "image/jp2"), ("1.2.840.10008.1.2.4.93", "image/jpx"),
        ("1.2.840.10008.1.2.4.202", "image/jphc"), ("1.2.840.10008.1.2.4.203", "image/jphc"),
        ("1.2.840.10008.1.2.4.111", "image/jxl"), ("1.2.840.10008.1.2.4.100", "video/mpeg"),
        ("1.2.840.10008.1.2.4.104", "video/mp4"), ("1.2.840.10008.1.2.4.107", "video/H265"),
        ("1.2.840.10008.1.2.8.1", "application/octet-stream"),
    ])
    func mediaTypeOfDICOMweb(uid: String, type: String) {
        #expect(ImageFrameMediaType.dicomwebMediaType(uid) == type)
    }
}
