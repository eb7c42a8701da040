import Import
import Testing

struct ImportJobFailureTests {
    /// ``[\w -:]+``, 1 to 2,048 characters (spec/00).
    @Test func messagesKeepToTheAlphabetOfTheModel() {
        let all = (0...0x24F).compactMap { Unicode.Scalar($0) }.map { Character($0) }
        let message = ImportJobFailure(String(all)).message
        for byte in message.utf8 {
            let isWord = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            #expect(isWord || byte == 0x5F || (0x20...0x3A).contains(byte), "\(byte)")
        }
        #expect(ImportJobFailure("Ünïcode <b>(a) \r\n= #1: x_y").message == " n code  b (a)    #1: x_y")
        #expect(ImportJobFailure(String(repeating: "x", count: 5_000)).message.utf8.count == 2_048)
    }
}
