import Catalog
import ImageSets

extension CatalogReading {
    /// The levels behind their references.
    func levels(_ references: LevelReferences) throws -> ImageSetLevels {
        try ImageSetLevels(
            patientBytes: level(references.patient), studyBytes: level(references.study),
            seriesBytes: level(references.series))
    }
}

extension CatalogWriting {
    /// Stores three levels.
    func insert(_ levels: ImageSetLevels) throws -> LevelReferences {
        LevelReferences(
            patient: try insertLevel(levels.bytes(of: .patient)), study: try insertLevel(levels.bytes(of: .study)),
            series: try insertLevel(levels.bytes(of: .series)))
    }

    /// The levels behind `references`, completed by what later instances know; only changed levels are stored anew.
    func fill(
        _ references: LevelReferences, from later: [ImageSetLevels]
    ) throws -> (levels: ImageSetLevels, references: LevelReferences) {
        var levels = try levels(references)
        var changed: Set<AttributeLevel> = []
        for one in later { changed.formUnion(levels.fill(from: one)) }
        var references = references
        if changed.contains(.patient) { references.patient = try insertLevel(levels.bytes(of: .patient)) }
        if changed.contains(.study) { references.study = try insertLevel(levels.bytes(of: .study)) }
        if changed.contains(.series) { references.series = try insertLevel(levels.bytes(of: .series)) }
        return (levels, references)
    }
}
