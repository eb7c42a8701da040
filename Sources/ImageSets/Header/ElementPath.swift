public import DICOM

/// The place of an element in a data set: the items to go through, outermost first, and the tag in the innermost.
public struct ElementPath: Sendable, Hashable {
    /// One step into a sequence.
    public struct Step: Sendable, Hashable {
        /// The sequence.
        public var sequence: Tag
        /// The item, from 0.
        public var item: Int

        /// Gathers the parts.
        public init(sequence: Tag, item: Int) {
            self.sequence = sequence
            self.item = item
        }
    }

    /// The way in; empty for an element of the data set itself.
    public var steps: [Step]
    /// The element.
    public var tag: Tag

    /// The element `tag`, inside the items that `steps` lead to.
    public init(_ tag: Tag, in steps: [Step] = []) {
        self.steps = steps
        self.tag = tag
    }
}

extension ElementPath: CustomStringConvertible {
    /// `00081140[0]/00420011`.
    public var description: String {
        steps.map { "\($0.sequence.hexadecimal)[\($0.item)]/" }.joined() + tag.hexadecimal
    }
}
