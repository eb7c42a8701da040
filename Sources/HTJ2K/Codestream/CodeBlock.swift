/// One code-block of a tile and what packets have told of it so far.
struct CodeBlock: Sendable {
    /// Indices of the component in the image and of the sub-band in the component.
    var component: Int
    var band: Int
    /// Place in the sub-band, relative to its first coefficient.
    var x: Int
    var y: Int
    var width: Int
    var height: Int
    var isIncluded = false
    /// Most significant bit-planes that are empty, placeholder passes taken off.
    var missingBitPlanes = 0
    /// Lblock of T.800 B.10.7.1.
    var lengthBits = 3
    /// Coding passes so far: cleanup, significance propagation, magnitude refinement.
    var passes = 0
    var cleanupLength = 0
    var refinementLength = 0
    /// Indices into the tile's chunks of the first and last piece of the block's bytes; -1 when there is none.
    var firstChunk = -1
    var lastChunk = -1
}

/// A piece of a code-block's bytes in the codestream.
struct CodeBlockChunk: Sendable {
    var offset: Int
    var length: Int
    /// Index of the block's next piece; -1 at the end.
    var next: Int
}

/// The part of a precinct that lies in one sub-band: a grid of code-blocks and its tag trees.
struct PrecinctBand: Sendable {
    var blocksAcross: Int
    var blocksDown: Int
    /// Index of the first block in the tile's blocks; they follow in raster order.
    var firstBlock: Int
    var inclusion: TagTree
    var missingBitPlanes: TagTree

    /// The blocks of `area`, the part of a precinct in `band`, appended to `blocks`; nil when the area is empty.
    init?(
        _ area: Area, of band: SubBand, index: Int, component: Int,
        exponents: (width: Int, height: Int),
        appendingTo blocks: inout [CodeBlock]
    ) {
        guard !area.isEmpty else { return nil }
        let column0 = area.x0 >> exponents.width
        let row0 = area.y0 >> exponents.height
        blocksAcross = (area.x1 - 1) >> exponents.width - column0 + 1
        blocksDown = (area.y1 - 1) >> exponents.height - row0 + 1
        firstBlock = blocks.count
        inclusion = TagTree(width: blocksAcross, height: blocksDown)
        missingBitPlanes = TagTree(width: blocksAcross, height: blocksDown)
        for row in row0..<row0 + blocksDown {
            for column in column0..<column0 + blocksAcross {
                let block = Area(
                    x0: column << exponents.width, y0: row << exponents.height,
                    x1: (column + 1) << exponents.width, y1: (row + 1) << exponents.height
                ).intersection(area)
                blocks.append(
                    CodeBlock(
                        component: component, band: index, x: block.x0 - band.area.x0,
                        y: block.y0 - band.area.y0,
                        width: block.width, height: block.height))
            }
        }
    }
}

/// One precinct of a resolution of a tile-component and the packets read of it.
struct Precinct: Sendable {
    var component: Int
    var resolution: Int
    var index: Int
    /// Its top left corner on the reference grid, limited to the tile: where position progressions visit it.
    var x: Int
    var y: Int
    /// Packets read so far; the next one is of this layer.
    var layer = 0
    /// Its sub-bands, made when its first packet is read.
    var bands: [PrecinctBand]?
}
