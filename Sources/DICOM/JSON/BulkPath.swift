/// Where an element stands in a data set: the sequences and items around it, and its tag.
public struct BulkPath: Sendable, Hashable {
    /// A sequence and the number of one of its items, from 0.
    public struct Item: Sendable, Hashable {
        /// The sequence.
        public var sequence: Tag
        /// The number of the item.
        public var index: Int

        /// The item `index` of `sequence`.
        public init(sequence: Tag, index: Int) {
            self.sequence = sequence
            self.index = index
        }
    }

    /// The items around the element, outermost first; none for an element of the data set itself.
    public var items: [Item]
    /// The element.
    public var tag: Tag

    /// The element `tag` within `items`.
    public init(items: [Item] = [], tag: Tag) {
        self.items = items
        self.tag = tag
    }
}

extension BulkPath: CustomStringConvertible {
    /// Tags and item numbers with slashes between them: `54000100/0/54001010`.
    public var description: String {
        items.map { "\($0.sequence.hexadecimal)/\($0.index)/" }.joined() + tag.hexadecimal
    }
}
