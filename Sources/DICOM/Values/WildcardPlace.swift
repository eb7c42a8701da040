/// One place of a pattern with wildcards, whatever it is written in (PS3.4 C.2.2.2.4 has `*` and `?`, and so has IAM).
package protocol WildcardPlace {
    /// Whether it stands for any run of Unicode scalars, the empty one too.
    var isRun: Bool { get }
    /// Whether it stands for this one scalar.
    func takes(_ scalar: Unicode.Scalar) -> Bool
}

extension Array where Element: WildcardPlace {
    /// Whether all of `text` fits the pattern, in time proportional to the product of both lengths.
    package func fits(_ text: [Unicode.Scalar]) -> Bool {
        var place = 0
        var next = 0
        var retry: (place: Int, next: Int)?
        while place < text.count {
            if next < count, self[next].isRun {
                retry = (place, next)
                next += 1
            } else if next < count, self[next].takes(text[place]) {
                place += 1
                next += 1
            } else if let last = retry {
                // The run that the last one stands for takes one more.
                retry = (last.place + 1, last.next)
                place = last.place + 1
                next = last.next + 1
            } else {
                return false
            }
        }
        return self[next...].allSatisfy(\.isRun)
    }
}
