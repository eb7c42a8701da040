/// The lines of a generated table, each split at its spaces; the bytes stay where the program's text has them.
struct PackedTable: Sequence {
    /// The fields of a line.
    typealias Line = [UnsafeBufferPointer<UInt8>.SubSequence]

    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ text: StaticString) {
        // A static string lives as long as the program.
        bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    func makeIterator() -> AnyIterator<Line> {
        var lines = bytes.split(separator: UInt8(ascii: "\n")).makeIterator()
        return AnyIterator {
            lines.next()?.split(separator: UInt8(ascii: " "))
        }
    }
}
