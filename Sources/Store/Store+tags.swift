import Catalog
public import ImageSets

extension Store {
    /// The tags of a data store or image set.
    public func tags(of name: ResourceName) async throws -> [String: String] {
        if let imageSet = name.imageSet {
            let datastore = try await taggable(imageSet, of: name)
            return try await datastore.catalog.read { try $0.tags(of: name.description) }
        }
        try await requireTaggable(name)
        return try await services.tags(of: name.description)
    }

    /// Adds tags, replacing the values of keys that are there. More than 50 in the end: `invalid`.
    public func tag(_ name: ResourceName, with tags: [String: String]) async throws {
        try await changeTags(of: name) { $0.merge(tags) { _, new in new } }
    }

    /// Removes tags; keys that are not there are ignored.
    public func untag(_ name: ResourceName, keys: [String]) async throws {
        try await changeTags(of: name) { tags in
            for key in keys { tags[key] = nil }
        }
    }

    private func changeTags(
        of name: ResourceName, _ change: @escaping @Sendable (inout [String: String]) -> Void
    ) async throws {
        let most = configuration.quotas.tagsPerResource
        let change = { @Sendable (tags: [String: String]) throws -> [String: String] in
            var tags = tags
            change(&tags)
            guard tags.count <= most else {
                throw StoreError(.invalid, "A resource can have at most \(most) tags")
            }
            return tags
        }
        if let imageSet = name.imageSet {
            let datastore = try await taggable(imageSet, of: name)
            try await datastore.catalog.write { transaction in
                // Once more, so that a set that was deleted meanwhile leaves no tags behind.
                _ = try datastore.imageSet(imageSet, in: transaction)
                try transaction.setTags(change(transaction.tags(of: name.description)), of: name.description)
            }
        } else {
            try await requireTaggable(name)
            try await datastoreCreations.run { [self] in
                try await services.setTags(change(services.tags(of: name.description)), of: name.description)
            }
        }
    }

    private func taggable(_ imageSet: ImageSetID, of name: ResourceName) async throws -> Datastore {
        try requireOwn(name)
        let datastore = try await open(name.datastore)
        _ = try await datastore.imageSet(imageSet)
        return datastore
    }

    private func requireTaggable(_ name: ResourceName) async throws {
        try requireOwn(name)
        guard try await datastore(name.datastore).status != .deleted else {
            throw StoreError(.notFound, "Datastore does not exist: \(name.datastore)")
        }
    }

    private func requireOwn(_ name: ResourceName) throws {
        guard name.region == configuration.region, name.accountID == configuration.accountID else {
            throw StoreError(.notFound, "The resource is not of this account and region: \(name)")
        }
    }
}
