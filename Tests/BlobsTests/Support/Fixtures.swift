import Crypto
import NIOCore
import TestSupport

@testable import Blobs

/// Bytes that look random and are the same for the same seed.
func pattern(_ length: Int, seed: UInt64 = 1) -> ByteBuffer {
    BlobStoreSuite.pattern(length, seed: seed)
}

/// The data store key of these tests: the bytes 0, 1, … 31.
let testKey = SymmetricKey(data: Array(0..<32 as Range<UInt8>))

extension PackStore {
    /// Opens a store on simulated files.
    static func on(_ files: SimulatedFileSystem, maximumPackLength: UInt64 = 1 << 30) throws -> PackStore {
        try PackStore(files: files, key: testKey, options: PackOptions(maximumPackLength: maximumPackLength))
    }

    /// Appends blobs by one writer, commits, and closes it.
    func keep(_ blobs: [ByteBuffer], _ placement: BlobPlacement = .own) async throws -> [BlobLocation] {
        let writer = try beginWriting(placement)
        var locations: [BlobLocation] = []
        for blob in blobs { locations.append(try await writer.append(blob)) }
        try await writer.commit()
        await writer.close()
        return locations
    }
}
