/// Decodes blocks in a workspace and gives their coefficients, whatever words they are decoded in.
struct BlockReader {
    /// Decodes the passes of a block of a width and height; false when its bytes contradict themselves.
    let decode: (UnsafePointer<UInt8>, BlockPasses, _ width: Int, _ height: Int) -> Bool
    /// Turns `count` words from the index `first` into a row of coefficients.
    let reconstruct: (_ first: Int, _ count: Int, WordScale, UnsafeMutableRawPointer) -> Void

    init<Word: CodingWord, Element: PlaneElement>(_ workspace: BlockWorkspace<Word>, _: Element.Type) {
        decode = { bytes, passes, width, height in
            Word.decodeBlock(workspace.base, bytes, passes, width: width, height: height)
        }
        reconstruct = { first, count, scale, row in
            Element.reconstruct(
                UnsafePointer(workspace.memory.words + first), count: count, scale,
                into: row.assumingMemoryBound(to: Element.self))
        }
    }
}
