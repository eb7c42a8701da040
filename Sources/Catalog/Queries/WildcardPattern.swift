/// A pattern of `*` (any run) and `?` (any one Unicode scalar), the rest literal (PS3.4 C.2.2.2.4).
package struct WildcardPattern: Sendable, Hashable {
    /// The pattern as given.
    package let scalars: [Unicode.Scalar]

    package init(_ pattern: String) {
        scalars = Array(pattern.unicodeScalars)
    }

    /// Whether all of `text` fits, in time proportional to the product of both lengths.
    package func matches(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        var place = 0
        var next = 0
        var retry: (place: Int, next: Int)?
        while place < text.count {
            if next < scalars.count, scalars[next] == "*" {
                retry = (place, next)
                next += 1
            } else if next < scalars.count, scalars[next] == "?" || scalars[next] == text[place] {
                place += 1
                next += 1
            } else if let last = retry {
                // The run that the last star stands for takes one more.
                retry = (last.place + 1, last.next)
                place = last.place + 1
                next = last.next + 1
            } else {
                return false
            }
        }
        return scalars[next...].allSatisfy { $0 == "*" }
    }

    /// The text before the first wildcard.
    package var literalPrefix: String {
        Self.text(scalars.prefix { $0 != "*" && $0 != "?" })
    }

    /// The runs of literal text.
    package var literals: [String] {
        scalars.split { $0 == "*" || $0 == "?" }.map(Self.text)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
