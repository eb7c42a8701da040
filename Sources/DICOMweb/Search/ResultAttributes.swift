import DICOM

/// Picks the attributes a search answers (PS3.18 tables 10.6.3-3 to 10.6.3-5, and `includefield`).
struct ResultAttributes {
    let request: SearchRequest

    /// Copies the included attributes of a found instance's data set.
    func include(from source: DataSet, into result: inout DataSet) {
        for field in request.includes {
            guard let element = element(field, in: source) else { continue }
            result.set(merged(element, with: result[element.tag]))
        }
    }

    private func element(_ field: IncludeField, in source: DataSet) -> DataElement? {
        guard let first = field.path.first else { return nil }
        if field.path.count == 1 { return leaf(first, creator: field.creator, in: source) }
        guard let items = source[first]?.value.items else { return nil }
        var rest = field
        rest.path.removeFirst()
        let kept = items.map { item in element(rest, in: item).map { DataSet([$0]) } ?? DataSet() }
        return kept.allSatisfy(\.isEmpty) ? nil : DataElement(first, items: kept)
    }

    /// An attribute; a private one is looked for in the block that its creator reserved (PS3.5 7.8.1).
    private func leaf(_ tag: Tag, creator: String?, in source: DataSet) -> DataElement? {
        guard let creator else { return source[tag] }
        for block in UInt16(0x10)...0xFF where source.string(Tag(tag.group, block)) == creator {
            guard let element = source[Tag(tag.group, block << 8 | tag.element & 0xFF)] else { return nil }
            return element
        }
        return nil
    }

    /// Two included paths into one sequence both stand in the answer.
    private func merged(_ element: DataElement, with present: DataElement?) -> DataElement {
        guard let items = element.value.items, let standing = present?.value.items, items.count == standing.count else {
            return element
        }
        let both = zip(standing, items).map { old, new in
            var whole = old
            for element in new.elements { whole.set(merged(element, with: whole[element.tag])) }
            return whole
        }
        return DataElement(element.tag, items: both)
    }
}
