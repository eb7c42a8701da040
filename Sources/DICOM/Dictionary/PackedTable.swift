/// The lines of a generated table, each split at its spaces; the bytes stay where the program's text has them.
struct PackedTable: Sequence {
    /// The fields of a line.
    typealias Line = [PackedText]

    private let text: PackedText

    init(_ text: StaticString) {
        self.text = PackedText(text)
    }

    func makeIterator() -> AnyIterator<Line> {
        var lines = text.split(separator: UInt8(ascii: "\n")).makeIterator()
        return AnyIterator {
            lines.next()?.split(separator: UInt8(ascii: " "))
        }
    }
}

/// A piece of the program's own text: no reference to it is counted, whoever copies it.
///
/// Sendable, as the bytes are constant and last as long as the program.
struct PackedText: @unchecked Sendable {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ text: StaticString) {
        bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private init(_ piece: UnsafeBufferPointer<UInt8>.SubSequence) {
        bytes = UnsafeBufferPointer(rebasing: piece)
    }

    var isEmpty: Bool {
        bytes.isEmpty
    }

    var string: String {
        String(decoding: bytes, as: UTF8.self)
    }

    func split(separator: UInt8) -> [PackedText] {
        bytes.split(separator: separator).map(PackedText.init)
    }
}
