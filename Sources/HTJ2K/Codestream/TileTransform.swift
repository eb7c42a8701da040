/// Loads the samples of a tile, level-shifts and joins colours, and splits all components into their sub-bands.
///
/// The finest level takes its rows straight from the samples, each lower one from the low-pass plane of the level above.
/// Ranges of rows are transformed side by side when there are several workers.
struct TileTransform<Element: ReversibleElement> {
    private let image: ImageDescription
    private let format: SampleFormat
    /// The components that are loaded together: the joined colours, and each other one.
    private let groups: [Range<Int>]
    /// The geometry that all components have.
    private let component: TileComponent
    private let coefficients: UnsafeMutablePointer<Element>
    private let countOfComponent: Int
    private let workers: Workers

    /// Rows that are worth a worker of their own.
    private static var rowsOfJob: Int { 32 }

    /// A transform into `coefficients`, component after component, `countOfComponent` each.
    init(
        _ parameters: EncodingParameters, _ component: TileComponent,
        _ coefficients: UnsafeMutablePointer<Element>,
        countOfComponent: Int, _ workers: Workers
    ) {
        image = parameters.image
        self.component = component
        self.coefficients = coefficients
        self.countOfComponent = countOfComponent
        self.workers = workers
        let joined = parameters.usesColourTransform ? [0..<3] : []
        groups = joined + (3 * joined.count..<image.components).map { $0..<$0 + 1 }
        format = SampleFormat(
            bytesPerSample: image.bytesPerSample, isSigned: image.isSigned,
            pixelStride: image.components * image.bytesPerSample, componentStride: image.bytesPerSample,
            shift: image.isSigned ? 0 : 1 << (image.bitDepth - 1), least: 0, greatest: 0)
    }

    /// Transforms the part `tile` of the image whose samples lie at `base`; false when a sample exceeds the bit depth.
    func run(_ base: UnsafeRawPointer, tile: Area) -> Bool {
        let planes = LowPassPlanes<Element>(component, count: image.components)
        defer { planes.deallocate() }
        let first = base + (tile.y0 * image.width + tile.x0) * format.pixelStride
        let jobs = jobs(groups.count, rows: tile.height)
        // Each job notes the bits in which its samples exceed their sign.
        let bits = UnsafeMutablePointer<Element>.allocate(capacity: jobs.count)
        defer { bits.deallocate() }
        // INVARIANT: jobs write different rows of different sub-bands, and each its own bits.
        nonisolated(unsafe) let (shared, sharedPlanes, samples, sharedBits) = (
            self, planes, first, bits
        )
        workers.run(jobs.count) { index in
            let job = jobs[index]
            sharedBits[index] = shared.split(
                samples: samples, shared.groups[job.item], rows: job.rows, sharedPlanes)
        }
        for resolution in (1..<max(component.levels, 1)).reversed() {
            let jobs = self.jobs(image.components, rows: component.resolutions[resolution].area.height)
            workers.run(jobs.count) { index in
                shared.split(sharedPlanes, jobs[index].item, resolution: resolution, rows: jobs[index].rows)
            }
        }
        // A signed sample may use one bit fewer.
        let depth = image.bitDepth - (image.isSigned ? 1 : 0)
        return jobs.indices.reduce(0) { $0 | bits[$1] } >> Element(depth) == 0
    }

    /// Every item with every range of rows that it is shared out in.
    private func jobs(_ items: Int, rows: Int) -> [(item: Int, rows: Range<Int>)] {
        let parts = min(workers.count, max(rows / TileTransform.rowsOfJob, 1))
        return (0..<items * parts).map { index in
            let part = index % parts
            return (index / parts, rows * part / parts..<rows * (part + 1) / parts)
        }
    }

    /// Loads rows of a group of components and splits the finest level of each; gives the bits that samples use.
    private func split(
        samples: UnsafeRawPointer, _ group: Range<Int>, rows: Range<Int>,
        _ planes: LowPassPlanes<Element>
    ) -> Element {
        let geometry = component.resolutions[component.levels]
        let rowStride = image.width * format.pixelStride
        guard component.levels > 0 else {
            return rows.reduce(0) { bits, y in
                bits
                    | load(samples + y * rowStride, group, width: geometry.area.width) { index in
                        coefficients + index * countOfComponent + y * component.bands[0].stride
                    }
            }
        }
        let memory = UnsafeMutablePointer<Element>.allocate(
            capacity: 4 * geometry.planeStride * group.count)
        defer { memory.deallocate() }
        var analyses = group.map { index in
            ReversibleAnalysis(
                level(component.levels, index, planes), range: rows,
                through: memory + (index - group.lowerBound) * 4 * geometry.planeStride,
                stride: geometry.planeStride)
        }
        var bits: Element = 0
        for y in analyses[0].next..<analyses[0].end {
            bits |= load(samples + y * rowStride, group, width: geometry.area.width) { index in
                analyses[index - group.lowerBound].place
            }
            for index in analyses.indices { analyses[index].transformNext() }
        }
        return bits
    }

    /// Loads one row of a group of components into the places given; gives the bits that samples use.
    private func load(
        _ row: UnsafeRawPointer, _ group: Range<Int>, width: Int,
        _ place: (Int) -> UnsafeMutablePointer<Element>
    ) -> Element {
        let first = group.lowerBound
        let base = row + first * format.componentStride
        guard group.count == 3 else {
            return Element.load(base, count: width, format, into: place(first))
        }
        return Element.loadJoined(
            base, count: width, format, into: place(first), place(first + 1), place(first + 2))
    }

    /// Splits rows of a low-pass plane.
    private func split(
        _ planes: LowPassPlanes<Element>, _ index: Int, resolution: Int, rows: Range<Int>
    ) {
        let geometry = component.resolutions[resolution]
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(4 * geometry.planeStride, 1))
        defer { memory.deallocate() }
        var analysis = ReversibleAnalysis(
            level(resolution, index, planes), range: rows, through: memory, stride: geometry.planeStride)
        let plane = planes.plane(resolution, index)
        for y in analysis.next..<max(analysis.end, analysis.next) {
            analysis.place.update(from: plane + y * geometry.planeStride, count: geometry.area.width)
            analysis.transformNext()
        }
    }

    /// The sub-bands that a level of a component is split into.
    private func level(_ resolution: Int, _ index: Int, _ planes: LowPassPlanes<Element>)
        -> WaveletLevel
    {
        let geometry = component.resolutions[resolution]
        let target = coefficients + index * countOfComponent
        let lowest = component.bands[0]
        let hl = component.bands[geometry.bands.lowerBound]
        let lh = component.bands[geometry.bands.lowerBound + 1]
        let hh = component.bands[geometry.bands.lowerBound + 2]
        let isLast = resolution == 1
        return WaveletLevel(
            ll: isLast ? target + lowest.offset : planes.plane(resolution - 1, index),
            llStride: isLast ? lowest.stride : component.resolutions[resolution - 1].planeStride,
            hl: target + hl.offset, hlStride: hl.stride, lh: target + lh.offset, lhStride: lh.stride,
            hh: target + hh.offset, hhStride: hh.stride, width: geometry.area.width,
            height: geometry.area.height,
            oddX: geometry.area.x0 & 1, oddY: geometry.area.y0 & 1)
    }
}

/// The low-pass planes between the levels of a tile's components: two of each, written and read in turns.
private struct LowPassPlanes<Element> {
    private let memory: UnsafeMutablePointer<Element>
    private let levels: Int
    private let finer: Int
    private let both: Int

    /// Planes for `count` components of one geometry; to be deallocated.
    init(_ component: TileComponent, count: Int) {
        levels = component.levels
        finer = levels > 1 ? component.resolutions[levels - 1].planeCount : 0
        both = finer + (levels > 2 ? component.resolutions[levels - 2].planeCount : 0)
        memory = .allocate(capacity: max(both * count, 1))
    }

    func plane(_ resolution: Int, _ index: Int) -> UnsafeMutablePointer<Element> {
        memory + index * both + ((levels - resolution) & 1 == 0 ? finer : 0)
    }

    func deallocate() {
        memory.deallocate()
    }
}
