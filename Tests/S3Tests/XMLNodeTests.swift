import Testing

@testable import S3

struct XMLNodeTests {
    private static func node(_ text: String) -> XMLNode? {
        XMLNode(document: Array(text.utf8))
    }

    @Test func elementsTextAndReferencesAreRead() {
        let root = Self.node(
            """
            <?xml version="1.0"?>
            <!-- a > b --><s3:List xmlns="http://x/" a='>'>
              <Key>a&amp;&lt;&gt;&quot;&apos;&#228;&#x1F600;</Key><Key/><Key ></Key >
              <Deep><Key><![CDATA[<&]]]></Key>tail</Deep>
            </s3:List>
            """)
        #expect(root?.name == "List")
        #expect(root?.all("Key").map(\.text) == ["a&<>\"'ä😀", "", ""])
        #expect(root?["Deep"]?["Key"]?.text == "<&]")
        #expect(root?["Deep"]?.text == "tail")
        #expect(root?["None"] == nil)
    }

    @Test(arguments: [
        "", " ", "text", "<a>", "</a>", "<a></b>", "<a><b></a></b>", "<a>&</a>", "<a>&x;</a>", "<a>&#xD800;</a>",
        "<a>&#x110000;</a>", "<a>&#;</a>", "<a/><b/>", "<a/>text", "<!DOCTYPE a><a/>", "<a><!DOCTYPE b></a>",
        "<a><![CDATA[x</a>", "<a><!-- x</a>", "<?xml <a/>", "<a b=\">", "<a b<c/>", "< a/>", "<>x</>", "<a", "<a></a",
        String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
    ])
    func whatIsNotWellFormedIsNothing(text: String) {
        #expect(Self.node(text) == nil)
    }

    @Test func bytesThatAreNotUTF8AreNothing() {
        #expect(XMLNode(document: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) == nil)
    }

    @Test func everyCutOfADocumentEndsWithoutHarm() {
        let document = Array("<?xml version=\"1.0\"?><a b=\"c\"><d>&lt;</d><e/><![CDATA[x]]><!-- y --></a>".utf8)
        for end in document.indices { #expect(XMLNode(document: Array(document[..<end])) == nil) }
        for index in document.indices {
            for byte: UInt8 in [0, 0x3C, 0x3E, 0x26, 0x2F, 0xFF] {
                var changed = document
                changed[index] = byte
                _ = XMLNode(document: changed)
            }
        }
    }
}
