import DICOM

/// A pattern of `*` (any run) and `?` (any one Unicode scalar), the rest literal (PS3.4 C.2.2.2.4).
package struct WildcardPattern: Sendable, Hashable {
    /// The pattern as given.
    package let scalars: [Unicode.Scalar]

    package init(_ pattern: String) {
        scalars = Array(pattern.unicodeScalars)
    }

    /// Whether all of `text` fits, in time proportional to the product of both lengths.
    package func matches(_ text: String) -> Bool {
        scalars.map(Place.init).fits(Array(text.unicodeScalars))
    }

    private struct Place: WildcardPlace {
        let scalar: Unicode.Scalar

        var isRun: Bool { scalar == "*" }

        func takes(_ other: Unicode.Scalar) -> Bool { scalar == "?" || scalar == other }
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
