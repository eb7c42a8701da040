import DICOM
import Testing

@Suite struct JSONReaderTests {
    @Test func valuesOfAllKinds() throws {
        let value = try JSONValue(
            #" { "a" : [ 1 , -2.50e+3 , "x" ] , "b" : { } , "c" : [ ] , "d":null,"e":true,"f":false } "#.utf8)
        #expect(value["a"]?.array?[0].integer == 1)
        #expect(value["a"]?.array?[1].double == -2500)
        #expect(value["a"]?.array?[1].integer == -2500)
        #expect(value["a"]?.array?[2].string == "x")
        #expect(value["b"]?.object?.isEmpty == true)
        #expect(value["c"] == [])
        #expect(value["d"] == .null)
        #expect(value["e"]?.boolean == true)
        #expect(value["f"]?.boolean == false)
        #expect(value["g"] == nil)
        #expect(value.object?.members.map(\.name) == ["a", "b", "c", "d", "e", "f"])
    }

    @Test func literalsAreTheSameAsText() throws {
        #expect(try JSONValue(#"{"a":[1,"x",null,true]}"#.utf8) == ["a": [1, "x", nil, true]])
    }

    @Test(arguments: ["1.50", "-0", "0.10", "1E5", "1e-05", "12345678901234567890123456789"])
    func numbersKeepTheirDigits(text: String) throws {
        guard case .number(let number) = try JSONValue(text.utf8) else { return #expect(Bool(false)) }
        #expect(number.text == text)
    }

    @Test(arguments: [
        (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u5C71""#, "Aé山"),
        (#""\ud83e\uDE7B""#, "🩻"),
        (#""Grüße""#, "Grüße"), ("\"\u{7F}\"", "\u{7F}"), (#""\u0000""#, "\0"),
    ])
    func stringsAreUnescaped(json: String, text: String) throws {
        #expect(try JSONValue(json.utf8) == .string(text))
    }

    @Test func aByteOrderMarkIsPassedOver() throws {
        #expect(try JSONValue([0xEF, 0xBB, 0xBF, 0x31]) == 1)
    }

    @Test(arguments: [
        ("", JSONError.Code.truncated, 0), (" ", .truncated, 1), ("[1,", .truncated, 3), ("{\"a\":", .truncated, 5),
        ("\"abc", .truncated, 4), ("\"\\", .truncated, 2), ("tru", .truncated, 3), ("-", .truncated, 1),
        ("1.", .truncated, 2),
        ("1 2", .syntax, 2), ("[1,]", .syntax, 3), ("{\"a\":1,}", .syntax, 7), ("{a:1}", .syntax, 1),
        ("[1 2]", .syntax, 3),
        ("01", .syntax, 1), ("+1", .syntax, 0), (".5", .syntax, 0), ("1.e5", .syntax, 2), ("NaN", .syntax, 0),
        ("\"a\nb\"", .syntax, 2), ("\"\\x\"", .syntax, 2), ("\"\\u12G4\"", .syntax, 5), ("'a'", .syntax, 0),
        ("[1]]", .syntax, 3), ("{\"a\" 1}", .syntax, 5), ("nulL", .syntax, 3),
        (#""\ud800""#, .invalidSurrogate, 1), (#""\udc00\ud800""#, .invalidSurrogate, 1),
        (#""a\ud800\u0041""#, .invalidSurrogate, 2),
        (#"{"a":1,"b":2,"a":3}"#, .duplicateName, 13),
        (#"{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"3":1}"#, .duplicateName, 55),
    ])
    func wrongTextIsRefusedWithItsPlace(text: String, code: JSONError.Code, offset: Int) {
        #expect(throws: JSONError(code, offset: offset)) { try JSONValue(text.utf8) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0x80, 0x22],
    ])
    func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
        #expect(throws: JSONError(.invalidUTF8, offset: 1)) { try JSONValue(bytes) }
    }

    @Test func depthAndSizeAreBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSONValue(nested(256).utf8).array?.count == 1)
        #expect(throws: JSONError(.tooDeep, offset: 256)) { try JSONValue(nested(257).utf8) }
        #expect(throws: JSONError(.tooDeep, offset: 1000)) {
            try JSONValue(nested(100_000).utf8, limits: .init(maximumDepth: .max))
        }
        #expect(throws: JSONError(.tooDeep, offset: 512 * 5)) {
            try JSONValue(String(repeating: "{\"a\":", count: 1000).utf8, limits: .init(maximumDepth: 512))
        }
        #expect(throws: JSONError(.tooLarge, offset: 4)) { try JSONValue("[1,2]".utf8, limits: .init(maximumBytes: 4)) }
    }

    @Test func numbersBeyondTheDoublesAreNone() throws {
        let value = try JSONValue("1e999".utf8)
        #expect(value.double == nil)
        #expect(value.integer == nil)
        #expect(try JSONValue("9223372036854775808".utf8).integer == nil)
        #expect(try JSONValue("1.5".utf8).integer == nil)
    }
}
