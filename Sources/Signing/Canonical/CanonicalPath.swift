/// The second line of the canonical request.
enum CanonicalPath {
    /// The path as a signer writes it.
    ///
    /// - `normalizes`: `.`, `..` and repeated slashes are resolved first, as all services but S3 demand.
    /// - `encodes`: the path, encoded for the wire already, is encoded once more, as all services but S3 demand.
    static func bytes(_ rawPath: String, normalizes: Bool, encodes: Bool) -> [UInt8] {
        var path = rawPath.isEmpty ? [UInt8(ascii: "/")] : Array(rawPath.utf8)
        if normalizes, needsNormalization(path) {
            path = normalized(path)
        }
        if encodes, !path.allSatisfy(isKept) {
            path = encoded(path)
        }
        return path
    }

    /// The canonical path by the rule of all services but S3.
    static func usual(_ rawPath: String) -> [UInt8] {
        bytes(rawPath, normalizes: true, encodes: true)
    }

    /// The canonical paths under which a verifier accepts a received path, the usual one first.
    ///
    /// Besides the rule of all services but S3 (normalised, encoded again), clients sign what S3 taught them: the path
    /// without normalisation, or without the second encoding. Each is a signature by the holder of the secret over this
    /// very resource, because no two paths that decode differently share a canonical path: the second encoding gives
    /// only paths in which every `%` is written `%25`, so a path holding `%25` is not accepted without it. Dot segments
    /// are the exception: they fold on purpose, and a router must give them no meaning of its own.
    static func acceptable(_ rawPath: String) -> [[UInt8]] {
        let usual = usual(rawPath)
        var paths = [usual]
        let unnormalized = bytes(rawPath, normalizes: false, encodes: true)
        if unnormalized != usual {
            paths.append(unnormalized)
        }
        let asSent = bytes(rawPath, normalizes: false, encodes: false)
        if !paths.contains(asSent), !containsEncodedPercent(asSent), asSent.allSatisfy(PercentEncoding.isVisible) {
            paths.append(asSent)
        }
        return paths
    }

    private static func isKept(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || PercentEncoding.isUnreserved(byte)
    }

    private static func encoded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count * 3)
        for byte in path {
            if byte == UInt8(ascii: "/") {
                result.append(byte)
            } else {
                PercentEncoding.append(byte, to: &result)
            }
        }
        return result
    }

    /// Whether a slash stands before a slash or a dot: only then can there be something to resolve.
    private static func needsNormalization(_ path: [UInt8]) -> Bool {
        var afterSlash = false
        for byte in path {
            if afterSlash, byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return true }
            afterSlash = byte == UInt8(ascii: "/")
        }
        return false
    }

    /// RFC 3986 5.2.4, with repeated slashes merged and a closing slash kept, as the signing test suite has it.
    private static func normalized(_ path: [UInt8]) -> [UInt8] {
        var segments: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: UInt8(ascii: "/")) {
            if segment.elementsEqual("..".utf8) {
                _ = segments.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                segments.append(segment)
            }
        }
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        for segment in segments {
            result.append(UInt8(ascii: "/"))
            result += segment
        }
        if segments.isEmpty || path.last == UInt8(ascii: "/") {
            result.append(UInt8(ascii: "/"))
        }
        return result
    }

    private static func containsEncodedPercent(_ path: [UInt8]) -> Bool {
        path.indices.contains { path[$0] == UInt8(ascii: "%") && path[$0...].starts(with: "%25".utf8) }
    }
}
