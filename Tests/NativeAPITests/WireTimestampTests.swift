import DICOM
import ImageSets
import Testing

@testable import NativeAPI

struct WireTimestampTests {
    @Test(
        arguments: [
            (1_680_027_253_471, "1680027253.471"), (1_680_027_253_400, "1680027253.4"),
            (1_680_027_253_000, "1680027253"),
            (1_680_027_253_001, "1680027253.001"), (0, "0"),
        ] as [(Int64, String)])
    func answersHaveMilliseconds(milliseconds: Int64, text: String) {
        #expect(WireTimestamp.text(.init(milliseconds: milliseconds)) == text)
        #expect(WireTimestamp.read(.string(text))?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "x", "1e12", "-1e12", "nan", "2024-13-01T00:00:00Z", "2024-01-01", "2024-01-01T00:00:00"])
    func whatIsNoTimeIsNil(text: String) {
        #expect(WireTimestamp.read(.string(text)) == nil)
    }
}
