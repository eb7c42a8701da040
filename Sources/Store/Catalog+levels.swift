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
        let changed = levels.fill(from: later)
        return (levels, try store(levels, changed: changed, since: references))
    }

    /// Stores the levels that changed since `references` was stored.
    func store(
        _ levels: ImageSetLevels, changed: Set<AttributeLevel>, since references: LevelReferences
    ) throws -> LevelReferences {
        var references = references
        if changed.contains(.patient) { references.patient = try insertLevel(levels.bytes(of: .patient)) }
        if changed.contains(.study) { references.study = try insertLevel(levels.bytes(of: .study)) }
        if changed.contains(.series) { references.series = try insertLevel(levels.bytes(of: .series)) }
        return references
    }
}

extension ImageSetLevels {
    /// Completes these levels by what later instances know; answers the levels that changed.
    mutating func fill(from later: [ImageSetLevels]) -> Set<AttributeLevel> {
        later.reduce(into: []) { changed, one in changed.formUnion(fill(from: one)) }
    }
}
