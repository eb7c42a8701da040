/// The header lines of the canonical request, and the list of names that closes them.
enum CanonicalHeaders {
    /// `name:value` and a line feed for each of the names, in their order; nil when the request lacks one of them.
    ///
    /// Values of repeated fields are joined by commas in the order sent. White space at both ends is dropped and runs of
    /// it inside, folded lines included, become one space.
    static func bytes(of request: RequestDescription, signedHeaders names: [String]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(512)
        for name in names {
            result += name.utf8
            result.append(UInt8(ascii: ":"))
            var isFirst = true
            for header in request.headers where isSame(header.name, name) {
                if !isFirst {
                    result.append(UInt8(ascii: ","))
                }
                isFirst = false
                let start = result.count
                result += header.value.utf8
                collapseSpace(in: &result, from: start)
            }
            guard !isFirst else { return nil }
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }

    /// Whether a field name equals a lower-case one but for ASCII case.
    private static func isSame(_ name: String, _ lowercased: String) -> Bool {
        guard name.utf8.count == lowercased.utf8.count else { return false }
        return zip(name.utf8, lowercased.utf8).allSatisfy { $0.asciiLowercased == $1 }
    }

    /// Trims the bytes from `start` on, and makes each run of white space inside one space.
    private static func collapseSpace(in bytes: inout [UInt8], from start: Int) {
        var end = start
        var spaceIsDue = false
        for index in start..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte) {
                spaceIsDue = end > start
                continue
            }
            if spaceIsDue {
                bytes[end] = UInt8(ascii: " ")
                end += 1
                spaceIsDue = false
            }
            bytes[end] = byte
            end += 1
        }
        bytes.removeLast(bytes.count - end)
    }
}
