import DICOM
import Testing

@Suite struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func commasStandBetweenMembersAndElements() {
        let json = text { writer in
            writer.beginObject()
            writer.member("a", "x")
            writer.member("b", 1)
            writer.array("c") { writer in
                writer.number(1)
                writer.beginObject()
                writer.endObject()
                writer.beginArray()
                writer.endArray()
                writer.null()
            }
            writer.object("d") { $0.member("e", true) }
            writer.name("f")
            writer.json("[1,2]".utf8)
            writer.member("g", false)
            writer.endObject()
        }
        #expect(json == #"{"a":"x","b":1,"c":[1,{},[],null],"d":{"e":true},"f":[1,2],"g":false}"#)
    }

    @Test(arguments: [
        ("", #""""#),
        ("plain text of more than eight bytes", #""plain text of more than eight bytes""#),
        ("a\"b\\c/", #""a\"b\\c/""#),
        ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\u{0}\u{1B}\u{1F} \u{7F}", "\"\\u0000\\u001B\\u001F \u{7F}\""),
        ("Grüße, 山田, 🩻", #""Grüße, 山田, 🩻""#),
        ("eight  \"", #""eight  \"""#),
        ("nine bytes\u{1}", #""nine bytes\u0001""#),
    ])
    func stringsAreEscapedWhereTheyMust(value: String, json: String) {
        #expect(text { $0.string(value) } == json)
        #expect(text { $0.string(utf8: Array(value.utf8)[...]) } == json)
    }

    @Test func everyByteOfEveryPlaceInAWordIsEscapedRight() throws {
        for byte in UInt8(0)...0x7F {
            for place in 0..<10 {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 10)
                bytes[place] = byte
                var writer = JSONWriter()
                writer.string(utf8: bytes[...])
                #expect(try JSONValue(writer.bytes).string.map { Array($0.utf8) } == bytes)
            }
        }
    }

    @Test func invalidTextIsRepaired() {
        #expect(text { $0.string(utf8: [0x61, 0xFF, 0xC3]) } == "\"a\u{FFFD}\u{FFFD}\"")
    }

    @Test(
        arguments: [
            (0, "0"), (7, "7"), (-1, "-1"), (10, "10"), (1_234_567_890, "1234567890"), (.max, "9223372036854775807"),
            (.min, "-9223372036854775808"),
        ] as [(Int, String)])
    func wholeNumbers(value: Int, json: String) {
        #expect(text { $0.number(value) } == json)
    }

    @Test func unsignedNumbersBeyondInt() {
        #expect(text { $0.number(UInt64.max) } == "18446744073709551615")
    }

    @Test(
        arguments: [
            (1, "1"), (-2, "-2"), (0, "0"), (-0.0, "-0"), (0.1, "0.1"), (-158.135803, "-158.135803"), (1e16, "1e+16"),
            (1e-7, "1e-07"), (9_007_199_254_740_991, "9007199254740991"), (.leastNonzeroMagnitude, "5e-324"),
            (.infinity, "null"),
            (.nan, "null"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
        ] as [(Double, String)])
    func doublesInTheFewestDigits(value: Double, json: String) throws {
        #expect(text { $0.number(value) } == json)
        if value.isFinite { #expect(try JSONValue(json.utf8).double == value) }
    }

    @Test func floatsInTheFewestDigitsOfAFloat() {
        #expect(text { $0.number(Float(11.2)) } == "11.2")
        #expect(text { $0.number(Float(3)) } == "3")
        #expect(text { $0.number(Float.infinity) } == "null")
    }

    @Test(arguments: [  // RFC 4648 section 10
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64(data: String, base64: String) {
        #expect(text { $0.base64(Array(data.utf8)[...]) } == "\"\(base64)\"")
        #expect(Base64.decode(base64) == Array(data.utf8))
    }

    @Test func base64OfAllBytes() {
        let data = (0...255).map { UInt8($0) }
        var letters: [UInt8] = []
        Base64.encode(data[1...], into: &letters)
        #expect(Base64.decode(String(decoding: letters, as: UTF8.self)) == Array(data[1...]))
        #expect(Base64.decode("Zm9v\r\nYmFy") == Array("foobar".utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "=Zg=", "Zg==Zg==", "Zm9v=", "====", "Zm 9", "Zm-_"])
    func wrongBase64IsRefused(base64: String) {
        #expect(Base64.decode(base64) == nil)
    }

    @Test func aValueReadIsWrittenAsItWas() throws {
        let json = #"{"a":[1.50,-0,1e5,"x\n"],"b":{"c":null,"d":true}}"#
        let value = try JSONValue(json.utf8)
        #expect(text { $0.value(value) } == json)
    }
}
