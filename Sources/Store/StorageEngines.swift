public import Blobs
public import Catalog
public import Crypto
public import ImageSets

/// Makes the catalogs, blob stores and keys that a store works on: the one seam between the rules of the store and the
/// engines that keep its bytes.
public protocol StorageEngines: Sendable {
    /// Keeps the key-encryption keys.
    var keyring: LocalKeyring { get }
    /// Opens the service's own catalog, making it when absent.
    func openServiceCatalog() async throws -> any ServiceCatalog
    /// Opens a data store's catalog, making it when absent.
    func openCatalog(of datastore: DatastoreID) async throws -> any Catalog
    /// Opens a data store's blobs, making a place for them when absent.
    func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore
    /// Frees everything a data store has. MUST be safe to repeat.
    func destroy(_ datastore: DatastoreID) async throws
}
