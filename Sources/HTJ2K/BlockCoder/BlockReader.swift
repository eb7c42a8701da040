/// Decodes blocks in a workspace and gives their coefficients, whatever words they are decoded in.
struct BlockReader {
    /// Decodes the passes of a block of a width and height; false when its bytes contradict themselves.
    let decode: (UnsafePointer<UInt8>, BlockPasses, _ width: Int, _ height: Int) -> Bool
    /// Turns words from the index `first` on into rows of coefficients.
    let reconstruct: (_ first: Int, WordRows, WordScale, UnsafeMutableRawPointer) -> Void

    init<Word: CodingWord, Element: PlaneElement>(_ workspace: BlockWorkspace<Word>, _: Element.Type) {
        decode = { bytes, passes, width, height in
            Word.decodeBlock(workspace.base, bytes, passes, width: width, height: height)
        }
        reconstruct = { first, rows, scale, target in
            Element.reconstruct(
                UnsafePointer(workspace.memory.words + first), rows, scale,
                into: target.assumingMemoryBound(to: Element.self))
        }
    }
}
