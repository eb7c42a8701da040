import Foundation

extension TestCorpus {
    /// The rows of the `MANIFEST.csv` of a folder of the corpus, in its order, each by the names of the columns; none when
    /// the corpus is absent.
    public static func manifest(of folder: String) -> [[String: String]] {
        guard let url = url(folder + "/MANIFEST.csv") else { return [] }
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            preconditionFailure("\(url.path) cannot be read")
        }
        let lines = text.split(whereSeparator: \.isNewline).map(fields)
        guard let names = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(names, $0), uniquingKeysWith: { first, _ in first }) }
    }

    /// The fields of a line of comma-separated values, where quotes keep commas together.
    private static func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
