/// Which instances a copy takes: all, or those that `copiableAttributes` names.
public struct CopySelection: Sendable, Equatable {
    /// SOP Instance UIDs; nil for every instance of the source.
    public let instances: Set<String>?

    /// Every instance.
    public static let all = CopySelection(instances: nil)

    private init(instances: Set<String>?) {
        self.instances = instances
    }

    /// Reads `copiableAttributes` for a source of the series `seriesInstanceUID`; a series without `Instances` stands for
    /// all of its instances. Attributes named beside are of no consequence: instances are copied whole.
    public init(_ document: ChangeDocument, seriesInstanceUID: String) throws(ChangeRefusal) {
        var named: Set<String> = []
        var isWhole = false
        for series in document.series {
            guard series.uid == seriesInstanceUID else {
                throw ChangeRefusal("The source image set does not have a Series that copiableAttributes names")
            }
            if let instances = series.instances { named.formUnion(instances.map(\.uid)) } else { isWhole = true }
        }
        guard isWhole || !named.isEmpty else { throw ChangeRefusal("copiableAttributes names no instance") }
        instances = isWhole ? nil : named
    }
}
