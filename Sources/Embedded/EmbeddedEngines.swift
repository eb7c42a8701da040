public import Blobs
public import Catalog
import CatalogSQLite
public import Crypto
import Foundation
public import ImageSets
public import Store

/// The embedded default: SQLite catalogs and packs in one folder; no other process.
public struct EmbeddedEngines: StorageEngines {
    private let directory: DataDirectory
    public let keyring: LocalKeyring

    /// Engines on a folder; makes the keyring at the first start.
    public init(_ directory: DataDirectory) throws {
        self.directory = directory
        keyring = try LocalKeyring(path: directory.keyringPath)
    }

    public func openServiceCatalog() async throws -> any ServiceCatalog {
        try SQLiteServiceCatalog(path: directory.servicePath)
    }

    public func openCatalog(of datastore: DatastoreID) async throws -> any Catalog {
        try DataDirectory.makeFolder(directory.folder(of: datastore))
        return try SQLiteCatalog(path: directory.catalogPath(of: datastore))
    }

    public func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
        try DataDirectory.makeFolder(directory.folder(of: datastore))
        return try DiskBlobStore(directory: directory.packsPath(of: datastore), key: key)
    }

    public func destroy(_ datastore: DatastoreID) async throws {
        let folder = directory.folder(of: datastore)
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.removeItem(atPath: folder)
    }
}
