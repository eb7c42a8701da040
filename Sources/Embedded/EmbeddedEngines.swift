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
    /// The key-encryption keys of the folder.
    public let keyring: LocalKeyring

    /// Engines on a folder; makes the keyring at the first start.
    public init(_ directory: DataDirectory) throws {
        self.directory = directory
        keyring = try LocalKeyring(path: directory.keyringPath)
    }

    /// The SQLite catalog of the service.
    public func openServiceCatalog() async throws -> any ServiceCatalog {
        try SQLiteServiceCatalog(path: directory.servicePath)
    }

    /// The SQLite catalog in the data store's own folder.
    public func openCatalog(of datastore: DatastoreID) async throws -> any Catalog {
        try DataDirectory.makeFolder(directory.folder(of: datastore))
        return try SQLiteCatalog(path: directory.catalogPath(of: datastore))
    }

    /// The packs in the data store's own folder, and those in the archive's.
    public func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
        try DataDirectory.makeFolder(directory.folder(of: datastore))
        func packs(_ path: String, _ tier: BlobTier) throws -> DiskBlobStore {
            try DiskBlobStore(
                directory: path, key: key, options: PackOptions(tier: tier, ownsFolder: directory.isLocked))
        }
        return TieredBlobStore(
            frequent: try packs(directory.packsPath(of: datastore), .frequent),
            archive: try packs(directory.archivePath(of: datastore), .archive))
    }

    /// Removes the data store's own folders.
    public func destroy(_ datastore: DatastoreID) async throws {
        for folder in [directory.archivePath(of: datastore), directory.folder(of: datastore)] {
            guard FileManager.default.fileExists(atPath: folder) else { continue }
            try FileManager.default.removeItem(atPath: folder)
        }
    }
}
