import Foundation

/// How person names are compared in searches.
package enum PersonNameText {
    /// The name without distinction of case, in Unicode's composed normal form: equal for names that match.
    ///
    /// Upper case first, as that unites what lower case alone keeps apart (`ς` and `σ`, `ß` and `SS`).
    package static func folded(_ name: String) -> String {
        name.uppercased().lowercased().precomposedStringWithCanonicalMapping
    }

    /// The words that a query looks for, folded, each once; a query may be long, the first 64 are looked for.
    package static func wanted(_ words: [String]) -> Set<String> {
        Set(words.prefix(64).map(folded)).filter { !$0.isEmpty }
    }

    /// The words of a name, folded, each once: split at `^ = ,` and space (spec/40 "Fuzzy").
    package static func words(_ name: String) -> Set<String> {
        Set(folded(name).unicodeScalars.split { "^=, ".unicodeScalars.contains($0) }.map(String.init))
    }
}
