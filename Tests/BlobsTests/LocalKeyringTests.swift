import Crypto
import Glibc
import Testing

@testable import Blobs

struct LocalKeyringTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/keyring" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func bytes(_ key: SymmetricKey) -> [UInt8] {
        key.withUnsafeBytes { Array($0) }
    }

    private func write(_ text: String, mode: mode_t = 0o600) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
        #expect(descriptor >= 0)
        try Array(text.utf8).withUnsafeBytes { try POSIXFile(descriptor).write($0, at: 0) }
        chmod(path, mode)
    }

    @Test func theFirstStartMakesAFileForItsOwnerOnly() throws {
        _ = try LocalKeyring(path: path)
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
        #expect(folder.names() == ["keyring"], "no draft is left")
    }

    @Test func aKeyringOpensWhatItSealedInAnEarlierLife() throws {
        let (plain, wrapped) = try LocalKeyring(path: path).makeDataKey(context: "store-1")
        let sealed = try LocalKeyring(path: path).seal(Array("secret".utf8), purpose: "access-key:A")
        let later = try LocalKeyring(path: path)
        #expect(try bytes(later.unwrap(wrapped, context: "store-1")) == bytes(plain))
        #expect(try later.open(sealed, purpose: "access-key:A") == Array("secret".utf8))
        #expect(plain.bitCount == 256)
    }

    @Test func nothingOpensUnderAnotherContextPurposeOrUse() throws {
        let keyring = try LocalKeyring(path: path)
        let wrapped = try keyring.makeDataKey(context: "store-1").wrapped
        let sealed = try keyring.seal([UInt8](repeating: 1, count: 32), purpose: "store-1")
        #expect(throws: KeyringError(.notAuthentic, "")) { try keyring.unwrap(wrapped, context: "store-2") }
        #expect(throws: KeyringError(.notAuthentic, "")) { try keyring.unwrap(sealed, context: "store-1") }
        #expect(throws: KeyringError(.notAuthentic, "")) { try keyring.open(wrapped, purpose: "store-1") }
        #expect(throws: KeyringError(.notAuthentic, "")) { try keyring.open(sealed, purpose: "store-10") }
    }

    @Test func everyAlteredByteAndEveryShortenedEnvelopeIsNoticed() throws {
        let keyring = try LocalKeyring(path: path)
        let wrapped = try keyring.makeDataKey(context: "store-1").wrapped
        for position in wrapped.indices {
            var altered = wrapped
            altered[position] ^= 1
            // In the key's id it reads as another key's work, elsewhere as altered.
            let code: KeyringError.Code = (1..<9).contains(position) ? .unknownKey : .notAuthentic
            #expect(throws: KeyringError(code, "")) { try keyring.unwrap(altered, context: "store-1") }
            #expect(throws: KeyringError(.notAuthentic, "")) {
                try keyring.unwrap(Array(wrapped[..<position]), context: "store-1")
            }
        }
    }

    @Test func equalSecretsDoNotLookEqual() throws {
        let keyring = try LocalKeyring(path: path)
        #expect(try keyring.seal([1, 2, 3], purpose: "p") != keyring.seal([1, 2, 3], purpose: "p"))
    }

    @Test func anOlderKeyUnwrapsAndTheNewestWraps() throws {
        var keyring = try LocalKeyring(path: path)
        let (plain, wrapped) = try keyring.makeDataKey(context: "store-1")
        #expect(keyring.isCurrent(wrapped))
        try keyring.addKey()
        #expect(!keyring.isCurrent(wrapped))
        let rewrapped = try keyring.rewrap(wrapped, context: "store-1")
        #expect(keyring.isCurrent(rewrapped))
        let later = try LocalKeyring(path: path)
        #expect(later.isCurrent(rewrapped))
        for form in [wrapped, rewrapped] {
            #expect(try bytes(later.unwrap(form, context: "store-1")) == bytes(plain))
        }
        #expect(folder.names() == ["keyring"], "no draft is left")
    }

    @Test func aKeyringThatWasLostIsNamedAsTheReason() throws {
        let wrapped = try LocalKeyring(path: path).makeDataKey(context: "store-1").wrapped
        unlink(path)
        let fresh = try LocalKeyring(path: path)
        #expect(throws: KeyringError(.unknownKey, "")) { try fresh.unwrap(wrapped, context: "store-1") }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o610] as [mode_t])
    func aFileThatOthersMayTouchIsRefusedWithAdvice(mode: mode_t) throws {
        _ = try LocalKeyring(path: path)
        chmod(path, mode)
        let error = #expect(throws: KeyringError(.unsafePermissions, "")) { try LocalKeyring(path: path) }
        #expect(error?.message.contains("chmod 600 '\(path)'") == true)
    }

    private static let goodLine =
        "key 25b8512c4d6a7628 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    @Test func theFileReadsAsDocumented() throws {
        try write("isocenter-keyring 1\n\(Self.goodLine)\n")
        let keys = try #require(try KeyringFile.load(path))
        #expect(bytes(keys.current.key) == Array(0..<32))
        #expect(KeyringFile.text(of: keys) == "isocenter-keyring 1\n\(Self.goodLine)\n")
    }

    @Test(arguments: [
        "", "\n", "isocenter-keyring 1\n", "isocenter-keyring 2\n\(goodLine)\n", "\(goodLine)\n",
        "isocenter-keyring 1\n\(goodLine)", "isocenter-keyring 1\n\(goodLine)\n\n",
        "isocenter-keyring 1\n\(goodLine)0\n",
        "isocenter-keyring 1\n\(goodLine.dropLast(2))\n", "isocenter-keyring 1\n\(goodLine.dropLast(1))e\n",
        "isocenter-keyring 1\n\(goodLine.dropLast(1))g\n", "isocenter-keyring 1\nkey \(goodLine)\n",
        "isocenter-keyring 1\n\(goodLine)\nkey 25b8512c4d6a7628 +f\n",
    ])
    func aDamagedFileIsRefused(text: String) throws {
        try write(text)
        #expect(throws: KeyringError(.malformed, "")) { try LocalKeyring(path: path) }
    }

    @Test func aPathThatCannotBeUsedIsAnError() {
        #expect(throws: KeyringError(.inputOutput, "")) { try LocalKeyring(path: folder.path + "/absent/keyring") }
        #expect(throws: KeyringError.self) { try LocalKeyring(path: folder.path) }
    }
}
