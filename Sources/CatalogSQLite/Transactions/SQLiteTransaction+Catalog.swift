import Catalog

extension SQLiteTransaction: CatalogWriting {}
