/// The coefficients of one component of a tile, and its planes from the lowest resolution to the wanted one.
struct ComponentPlanes {
    /// The component, or the window of it that is decoded.
    let component: TileComponent
    private let kind: PlaneKind
    private let coefficients: UnsafeMutableRawPointer
    /// The planes of every second resolution, so that a level is joined from one into the other; the finest is streamed
    /// through the rows at `even`.
    private let even: UnsafeMutableRawPointer
    private let odd: UnsafeMutableRawPointer
    private let finest: Int
    private var resolution = 0
    private var current: (base: UnsafeMutableRawPointer, stride: Int)

    /// Planes for the resolutions of a component up to `finest`, in `count` elements at `memory`, not initialised.
    init(_ component: TileComponent, resolution finest: Int, _ kind: PlaneKind, _ memory: UnsafeMutableRawPointer) {
        self.component = component
        self.kind = kind
        self.finest = finest
        coefficients = memory
        even = memory + kind.size * ComponentPlanes.coefficientCount(component, finest)
        odd = even + kind.size * ComponentPlanes.finestCount(component, finest, kind)
        current = (coefficients + kind.size * component.bands[0].offset, component.bands[0].stride)
    }

    /// The elements that the planes of a component take.
    static func count(_ component: TileComponent, resolution finest: Int, _ kind: PlaneKind) -> Int {
        coefficientCount(component, finest) + finestCount(component, finest, kind)
            + sharedCount(component, below: finest + 1)
    }

    /// The elements of the finest plane's streamed rows; the planes two, four and more below it share them.
    private static func finestCount(_ component: TileComponent, _ finest: Int, _ kind: PlaneKind) -> Int {
        guard finest > 0 else { return 0 }
        let plane = component.resolutions[finest]
        return max(
            sharedCount(component, below: finest), kind.streamedRows(plane.area.height) * plane.planeStride)
    }

    /// The elements of the largest plane two, four and more below a resolution, but for the lowest, which has none.
    ///
    /// In a window it need not be the first of them: each is larger than half of the one above by what filters reach.
    private static func sharedCount(_ component: TileComponent, below resolution: Int) -> Int {
        stride(from: resolution - 2, to: 0, by: -2).map { component.resolutions[$0].planeCount }.max() ?? 0
    }

    private static func coefficientCount(_ component: TileComponent, _ finest: Int) -> Int {
        let next = component.resolutions[finest].bands.upperBound
        return next < component.bands.count ? component.bands[next].offset : component.coefficientCount
    }

    func isWanted(band: Int) -> Bool {
        band < component.resolutions[finest].bands.upperBound
    }

    /// Where the coefficient of a sub-band at (x, y) on its grid lies.
    func place(band index: Int, x: Int, y: Int) -> UnsafeMutableRawPointer {
        let band = component.bands[index]
        return coefficients + kind.size * (band.offset + (y - band.area.y0) * band.stride + x - band.area.x0)
    }

    /// Joins levels until the plane of a resolution is there, but for the finest, whose rows are joined as they are read.
    mutating func rows(of wanted: Int) -> PlaneRows {
        while resolution < wanted, resolution + 1 < finest {
            resolution += 1
            let plane = (finest - resolution) & 1 == 0 ? even : odd
            let stride = component.resolutions[resolution].planeStride
            if let level = level(resolution) {
                _ = kind.rows(level, plane, stride, false)(level.height - 1)
            }
            current = (plane, stride)
        }
        guard resolution < wanted, let level = level(wanted) else {
            let (base, rowBytes) = (UnsafeRawPointer(current.base), kind.size * current.stride)
            return { base + $0 * rowBytes }
        }
        return kind.rows(level, even, component.resolutions[wanted].planeStride, true)
    }

    /// The level that joins `current` and the high sub-bands of a resolution; nil when it has no samples.
    private func level(_ resolution: Int) -> WaveletLevel? {
        let geometry = component.resolutions[resolution]
        guard !geometry.area.isEmpty else { return nil }
        let hl = component.bands[geometry.bands.lowerBound]
        let lh = component.bands[geometry.bands.lowerBound + 1]
        let hh = component.bands[geometry.bands.lowerBound + 2]
        // The plane below may be a window that is larger than what this one needs of it.
        let below = component.resolutions[resolution - 1].area
        let needed = geometry.area.reduced(by: 1)
        let first = max(needed.y0 - below.y0, 0) * current.stride + max(needed.x0 - below.x0, 0)
        return WaveletLevel(
            ll: current.base + kind.size * first, llStride: current.stride,
            hl: coefficients + kind.size * hl.offset, hlStride: hl.stride,
            lh: coefficients + kind.size * lh.offset, lhStride: lh.stride,
            hh: coefficients + kind.size * hh.offset, hhStride: hh.stride, width: geometry.area.width,
            height: geometry.area.height, oddX: geometry.area.x0 & 1, oddY: geometry.area.y0 & 1)
    }
}

extension TileComponent {
    /// The part of the component that decodes to the samples `area` of resolution `finest`, as a component of its own.
    ///
    /// Resolutions and sub-bands shrink to what the filters of the levels above read, so that the inner samples of each
    /// window are those of the whole; only at true borders are the windows' borders mirrored rightly.
    func window(_ area: Area, resolution finest: Int, reach: Int) -> TileComponent {
        var window = self
        var needed = area
        for index in (0...finest).reversed() {
            let whole = resolutions[index].area
            if index > 0 {
                needed = Area(
                    x0: needed.x0 - reach, y0: needed.y0 - reach, x1: needed.x1 + reach, y1: needed.y1 + reach
                )
            }
            needed =
                needed.isEmpty ? Area(x0: whole.x0, y0: whole.y0, x1: whole.x0, y1: whole.y0) : needed
            needed = needed.intersection(whole)
            window.resolutions[index].area = needed
            for band in resolutions[index].bands {
                window.bands[band].area =
                    index == 0
                    ? needed : needed.band(bands[band].orientation, depth: 1).intersection(bands[band].area)
            }
            if index > 0 { needed = needed.reduced(by: 1) }
        }
        var offset = 0
        for band in window.bands.indices {
            let area = window.bands[band].area
            window.bands[band].stride = area.isEmpty ? 0 : (area.width + 7) & ~7
            window.bands[band].offset = offset
            offset += area.isEmpty ? 0 : window.bands[band].stride * area.height
        }
        window.coefficientCount = offset
        return window
    }
}

extension Resolution {
    /// Elements from a row to the next of a plane, and of the whole plane.
    var planeStride: Int {
        area.isEmpty ? 0 : (area.width + 7) & ~7
    }

    var planeCount: Int {
        area.isEmpty ? 0 : planeStride * area.height
    }
}
