import Crypto
import Glibc

/// The keyring's file: a line that names the format, then a line for each key, the newest last.
/// ```
/// isocenter-keyring 1
/// key 6b1f0c5a9d2e7f43 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
/// ```
/// A key's id is derived from the key, so that a damaged line is found and a key is never taken for another.
enum KeyringFile {
    /// Names a key-encryption key: the first 8 bytes of HKDF-SHA256(key, "isocenter key id").
    struct KeyID: Hashable, CustomStringConvertible {
        let bytes: [UInt8]
        var description: String { KeyringFile.hexadecimal(bytes) }
    }

    /// A key-encryption key.
    struct Key: Sendable {
        let key: SymmetricKey

        var id: KeyID {
            let derived = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key, info: Array("isocenter key id".utf8), outputByteCount: 8)
            return KeyID(bytes: derived.withUnsafeBytes { Array($0) })
        }
    }

    /// The keys of a file, the newest last, and at least one.
    struct Keys: Sendable {
        private(set) var keys: [Key]
        private(set) var current: Key

        init(_ first: SymmetricKey) {
            current = Key(key: first)
            keys = [current]
        }

        func adding(_ key: SymmetricKey) -> Keys {
            var copy = self
            copy.current = Key(key: key)
            copy.keys.append(copy.current)
            return copy
        }

        func key(_ id: KeyID) -> Key? {
            keys.last { $0.id == id }
        }
    }

    private static let formatLine = "isocenter-keyring 1"
    private static let maximumLength = 1 << 20

    /// The keys in the file at a path; nil when there is none.
    static func load(_ path: String) throws -> Keys? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("opened", path, FileError("open"))
        }
        let file = POSIXFile(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path, FileError("fstat")) }
        guard status.st_mode & 0o077 == 0 else {
            throw KeyringError(
                .unsafePermissions,
                "others than its owner may read the keyring \(path); run: chmod 600 '\(path)', and consider its keys known"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= maximumLength else {
            throw KeyringError(.malformed, "\(path) is not a keyring")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        do {
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            bytes.removeSubrange(count...)
        } catch {
            throw failure("read", path, error)
        }
        guard let keys = parse(bytes) else {
            throw KeyringError(.malformed, "the keyring \(path) is damaged; restore it from its backup")
        }
        return keys
    }

    /// Makes a file with a fresh key, or reads the one that another process made at the same time.
    static func create(_ path: String) throws -> Keys {
        let keys = Keys(SymmetricKey(size: .bits256))
        let draft = try writeDraft(of: path, keys)
        defer { unlink(draft) }
        // A link, unlike a rename, never takes the place of a keyring that has come into being meanwhile.
        guard link(draft, path) == 0 else {
            guard errno == EEXIST, let standing = try load(path) else { throw failure("made", path, FileError("link")) }
            return standing
        }
        try syncFolder(of: path)
        return keys
    }

    /// Puts other keys in the file's place, at once or not at all.
    static func replace(_ path: String, with keys: Keys) throws {
        let draft = try writeDraft(of: path, keys)
        guard rename(draft, path) == 0 else {
            let error = FileError("rename")
            unlink(draft)
            throw failure("replaced", path, error)
        }
        try syncFolder(of: path)
    }

    /// Writes a new file beside the keyring and makes its bytes durable; answers its path.
    private static func writeDraft(of path: String, _ keys: Keys) throws -> String {
        let draft = path + "." + hexadecimal((0..<8).map { _ in UInt8.random(in: .min ... .max) })
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("made", path, FileError("open")) }
        let file = POSIXFile(descriptor)
        do {
            try Array(text(of: keys).utf8).withUnsafeBytes { try file.write($0, at: 0) }
            try file.sync()
        } catch {
            unlink(draft)
            throw failure("written", path, error)
        }
        return draft
    }

    private static func syncFolder(of path: String) throws {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("written", path, FileError("open")) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("written", path, FileError("fsync")) }
    }

    private static func failure(_ verb: String, _ path: String, _ cause: any Error) -> KeyringError {
        KeyringError(.inputOutput, "the keyring \(path) cannot be \(verb)", cause: cause)
    }
}

// MARK: The text

extension KeyringFile {
    static func text(of keys: Keys) -> String {
        keys.keys.reduce(into: formatLine + "\n") { text, key in
            text += "key \(key.id) \(hexadecimal(key.key.withUnsafeBytes { Array($0) }))\n"
        }
    }

    /// The keys of a file's bytes; nil when a line is not as it should be.
    static func parse(_ bytes: [UInt8]) -> Keys? {
        // The last line ends too, so that a file that was cut short is noticed.
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.popLast() == "", lines.count > 1, lines[0] == formatLine else { return nil }
        var keys: Keys?
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "key", let id = decoded(words[1]), let secret = decoded(words[2]),
                secret.count == 32
            else { return nil }
            let key = SymmetricKey(data: secret)
            guard Key(key: key).id == KeyID(bytes: id) else { return nil }
            keys = keys?.adding(key) ?? Keys(key)
        }
        return keys
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    private static func decoded(_ hexadecimal: Substring) -> [UInt8]? {
        let digits = hexadecimal.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
