import Catalog
import ImageSets

/// Keeps the study and series rows of the primary image sets true, inside the transaction that changes a set.
enum PrimaryHierarchy {
    /// Records that a primary set has a new latest version, after its instances were written.
    static func update(
        _ imageSet: ImageSetRecord, at instant: Timestamp, in transaction: any CatalogWriting
    ) throws {
        let grouping = imageSet.attributes.grouping
        try transaction.upsert(
            SeriesRecord(
                seriesInstanceUID: grouping.seriesInstanceUID, studyInstanceUID: grouping.studyInstanceUID,
                imageSet: imageSet.id, attributes: imageSet.attributes,
                numberOfInstances: transaction.instanceCount(of: imageSet.id, version: imageSet.latestVersion),
                updatedAt: instant))
        try transaction.upsert(
            StudyRecord(
                studyInstanceUID: grouping.studyInstanceUID, attributes: imageSet.attributes, imageSet: imageSet.id,
                updatedAt: instant))
    }

    /// Takes a set that is about to be deleted out of the hierarchy.
    static func remove(
        _ imageSet: ImageSetRecord, at instant: Timestamp, in transaction: any CatalogWriting
    ) throws {
        guard imageSet.isPrimary else { return }
        let grouping = imageSet.attributes.grouping
        try transaction.deleteSeries(grouping.seriesInstanceUID)
        let sisters = try transaction.primaryImageSets(ofStudy: grouping.studyInstanceUID)
            .filter { $0.id != imageSet.id }
        if let newest = sisters.max(by: { ($0.updatedAt ?? $0.createdAt) < ($1.updatedAt ?? $1.createdAt) }) {
            try transaction.upsert(
                StudyRecord(
                    studyInstanceUID: grouping.studyInstanceUID, attributes: newest.attributes, imageSet: newest.id,
                    updatedAt: instant))
        } else {
            try transaction.deleteStudy(grouping.studyInstanceUID)
        }
    }
}
