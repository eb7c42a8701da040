import Crypto
import NIOCore
import Testing

@testable import Blobs

/// The format as Documentation/pack-format.md draws it. The expected bytes were made by an independent program (Python,
/// cryptography 48) after the document alone.
struct PackFormatTests {
    private static let fileName = "0000000000001a2b.pack"
    private static let pack = PackID(rawValue: 0x1A2B)

    /// Store key 00…1f, salt 64…83, pack 1a2b; the blobs "Isocenter" and "".
    private static let golden: [UInt8] = [
        0x49, 0x53, 0x4f, 0x43, 0x50, 0x41, 0x43, 0x4b,  // "ISOCPACK"
        0x01, 0x00, 0x00, 0x00,  // format version 1
        0x00, 0x00, 0x10, 0x00,  // 1 MiB of plain bytes in a segment
        0x2b, 0x1a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // pack id
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // zero
        0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73,  // salt
        0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x83,
        0x05, 0x93, 0x10, 0x5a, 0xca, 0x66, 0xbc, 0xfc, 0x0a, 0x9e, 0x01, 0xfe, 0xf7, 0xee, 0x72, 0xac,  // HMAC
        0x7d, 0xe5, 0x18, 0xd6, 0x5e, 0x90, 0x2d, 0x77, 0x6f, 0x11, 0xc4, 0x89, 0x8f, 0x91, 0x95, 0xd7,
        0xbd, 0x01, 0xce, 0xc6, 0x72, 0xcf, 0xd9, 0x8c, 0x4f,  // "Isocenter", sealed
        0x25, 0x7e, 0xea, 0x2f, 0xc8, 0xe0, 0xc5, 0x44, 0x65, 0x93, 0x09, 0xf4, 0x12, 0xc8, 0x72, 0x30,  // tag
        0x6d, 0x77, 0x3f, 0x07, 0xf9, 0xa4, 0x60, 0x41, 0x85, 0x56, 0xbf, 0x6c, 0xac, 0xc9, 0xf0, 0x51,  // tag of ""
    ]

    private func store(_ files: SimulatedFileSystem) throws -> PackStore {
        try PackStore(files: files, key: testKey, options: PackOptions(), makeSalt: { Array(0x64...0x83) })
    }

    private func place(_ bytes: [UInt8]) throws -> SimulatedFileSystem {
        let files = SimulatedFileSystem()
        _ = try files.create(Self.fileName)
        files.alter(Self.fileName) { $0 = bytes }
        return files
    }

    @Test func writesTheFormatAsDrawn() async throws {
        let files = SimulatedFileSystem()
        // A file of zero length marks the number before the one that is given out next.
        _ = try files.create("0000000000001a2a.pack")
        let store = try store(files)
        let locations = try await store.keep([ByteBuffer(string: "Isocenter"), ByteBuffer()])
        #expect(locations.map(\.offset) == [96, 121])
        #expect(locations.map(\.length) == [9, 0])
        #expect(files.bytes(of: Self.fileName) == Self.golden)
    }

    /// To a second process, a pack that the first is just making looks like one that a crash left at birth.
    @Test(arguments: [true, false])
    func onlyTheOwnerOfAFolderRemovesPacksWithoutABody(ownsFolder: Bool) throws {
        let files = SimulatedFileSystem()
        for name in ["0000000000000001.pack", "0000000000000002.pack"] { _ = try files.create(name) }
        _ = try PackStore(files: files, key: testKey, options: PackOptions(ownsFolder: ownsFolder))
        let left = try files.list().map(\.name).sorted()
        #expect(left == (ownsFolder ? [] : ["0000000000000001.pack"]) + ["0000000000000002.pack"])
    }

    @Test func readsTheFormatAsDrawn() async throws {
        let store = try store(place(Self.golden))
        let word = try await store.read(BlobLocation(pack: Self.pack, offset: 96, length: 9), range: nil)
        #expect(word == ByteBuffer(string: "Isocenter"))
        #expect(try await store.read(BlobLocation(pack: Self.pack, offset: 121, length: 0), range: nil) == ByteBuffer())
    }

    @Test func severalSegmentsAreWrittenAsDrawn() async throws {
        let files = SimulatedFileSystem()
        _ = try files.create("0000000000001a2a.pack")
        let store = try store(files)
        let long = ByteBuffer(bytes: (0..<(1 << 20) + 10).map { UInt8($0 % 251) })
        _ = try await store.keep([ByteBuffer(string: "Isocenter"), ByteBuffer(), long])
        let digest = SHA256.hash(data: files.bytes(of: Self.fileName))
        #expect("\(digest)" == "SHA256 digest: de31fd38e98392c8520dc11de6692c8805c41d9cc834b1aeefd72de4e5d3a88a")
    }

    @Test(arguments: 0..<golden.count)
    func everyDamagedByteIsNoticed(position: Int) async throws {
        for mask in [0x01, 0x80, 0xFF] as [UInt8] {
            var bytes = Self.golden
            bytes[position] ^= mask
            let store = try store(place(bytes))
            let places = [(96, 9), (121, 0)] as [(UInt64, UInt64)]
            var damagedCount = 0
            for (offset, length) in places {
                do {
                    let location = BlobLocation(pack: Self.pack, offset: offset, length: length)
                    let blob = try await store.read(location, range: nil)
                    #expect(blob == (length == 9 ? ByteBuffer(string: "Isocenter") : ByteBuffer()))
                } catch {
                    #expect(error as? BlobError == BlobError(.corrupted, ""))
                    damagedCount += 1
                }
            }
            // In the header it concerns both blobs, elsewhere only the one that was hit.
            #expect(damagedCount == (position < 96 ? 2 : 1), "byte \(position)")
        }
    }

    @Test(arguments: 0..<golden.count)
    func aShortenedPackIsNoticed(length: Int) async throws {
        let store = try store(place(Array(Self.golden[..<length])))
        let code: BlobError.Code = length == 0 ? .missing : .corrupted
        await #expect(throws: BlobError(code, "")) {
            _ = try await store.read(BlobLocation(pack: Self.pack, offset: 121, length: 0), range: nil)
        }
    }

    @Test func segmentsThatChangedPlacesAreNoticed() async throws {
        let files = SimulatedFileSystem()
        let segment = 1 << 20
        let location = try await PackStore.on(files).keep([pattern(2 * segment)])[0]
        let sealed = segment + 16
        files.alter(location.pack.fileName) { bytes in
            bytes = Array(bytes[..<96] + bytes[(96 + sealed)...] + bytes[96..<96 + sealed])
        }
        let store = try PackStore.on(files)
        for range in [0..<10, UInt64(segment)..<UInt64(segment) + 10] {
            await #expect(throws: BlobError(.corrupted, "")) { _ = try await store.read(location, range: range) }
        }
    }

    @Test func aPackInThePlaceOfAnotherIsNoticed() async throws {
        let files = SimulatedFileSystem()
        let first = try await PackStore.on(files).keep([pattern(100, seed: 1)])[0]
        let second = try await PackStore.on(files).keep([pattern(100, seed: 2)])[0]
        files.copy(first.pack.fileName, to: second.pack.fileName)
        let store = try PackStore.on(files)
        await #expect(throws: BlobError(.corrupted, "")) { _ = try await store.read(second, range: nil) }
        #expect(try await store.read(first, range: nil) == pattern(100, seed: 1))
    }

    @Test func anotherKeyReadsNothing() async throws {
        let files = SimulatedFileSystem()
        let location = try await PackStore.on(files).keep([pattern(100)])[0]
        let store = try PackStore(files: files, key: SymmetricKey(size: .bits256), options: PackOptions())
        await #expect(throws: BlobError(.corrupted, "")) { _ = try await store.read(location, range: nil) }
    }

    @Test func equalBlobsDoNotLookEqual() async throws {
        let files = SimulatedFileSystem()
        let locations = try await PackStore.on(files).keep([pattern(100), pattern(100)])
        let bytes = files.bytes(of: locations[0].pack.fileName)
        #expect(Array(bytes[96..<196]) != Array(bytes[212..<312]))
        #expect(Array(bytes[96..<196]) != Array(pattern(100).readableBytesView))
    }

    @Test func fileNamesAreNumbersOfSixteenDigits() {
        #expect(Self.pack.fileName == Self.fileName)
        #expect(PackID(fileName: Self.fileName) == Self.pack)
        #expect(PackID(rawValue: .max).fileName == "ffffffffffffffff.pack")
        for name in ["1a2b.pack", "0000000000001A2B.pack", "0000000000000000.pack", "+000000000001a2b.pack", "lock"] {
            #expect(PackID(fileName: name) == nil, "\(name)")
        }
    }
}
