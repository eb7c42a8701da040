extension Criterion {
    /// Whether the condition holds for a record whose values `values` gives.
    func holds(_ values: (Match.Key) -> [String]) -> Bool {
        switch self {
        case .match(let match):
            return values(match.key).contains(where: match.fits)
        case .instant(let date, let time, let lower, let upper):
            guard let date = values(date).first, let time = values(time).first else { return false }
            if let lower, date.precedes(lower.date) || date == lower.date && time.precedes(lower.time ?? "") {
                return false
            }
            if let upper, upper.date.precedes(date) || date == upper.date && upper.time?.precedes(time) ?? false {
                return false
            }
            return true
        }
    }
}

extension Match {
    /// Whether one value fits the condition.
    fileprivate func fits(_ value: String) -> Bool {
        let folded = key.isPersonName ? PersonNameText.folded : { $0 }
        let value = folded(value)
        return switch condition {
        case .anyOf(let wanted) where key.isNumber:
            wanted.compactMap { Int($0) }.contains { String($0) == value }
        case .anyOf(let wanted):
            wanted.map(folded).contains(value)
        case .range(let lower, let upper):
            !(lower.map { value.precedes(folded($0)) } ?? false) && !(upper.map { folded($0).precedes(value) } ?? false)
        case .wildcard(let pattern):
            WildcardPattern(folded(pattern)).matches(value)
        case .anyWordPrefix(let words):
            key.isPersonName
                && PersonNameText.wanted(words).contains { word in
                    PersonNameText.words(value).contains { $0.utf8.starts(with: word.utf8) }
                }
        }
    }
}
