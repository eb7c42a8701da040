/// One progression order and the packets it covers: an entry of POC (T.800 A.6.6), or all packets of a tile.
struct ProgressionVolume: Sendable {
    var order: ProgressionOrder
    var resolutions: Range<Int>
    var components: Range<Int>
    var layers: Int

    /// The most entries that this codec reads; legal streams have a handful.
    static let maximumCount = 256

    static func read(_ segment: MarkerReader, componentCount: Int) throws(CodestreamError)
        -> [ProgressionVolume]
    {
        var segment = segment
        let start = segment.position
        var volumes: [ProgressionVolume] = []
        while segment.remaining > 0 {
            let wide = componentCount > 256
            let firstResolution = try segment.readUInt8()
            let firstComponent = wide ? try segment.readUInt16() : try segment.readUInt8()
            let layers = try segment.readUInt16()
            let endResolution = try segment.readUInt8()
            var endComponent = wide ? try segment.readUInt16() : try segment.readUInt8()
            let order = try segment.readUInt8()
            if endComponent == 0 { endComponent = wide ? 16384 : 256 }
            guard let order = ProgressionOrder(rawValue: UInt8(order)), firstResolution < endResolution,
                firstComponent < endComponent, volumes.count < maximumCount
            else {
                throw CodestreamError(
                    .malformed, at: start, "a progression order change covers nothing or names no order")
            }
            volumes.append(
                ProgressionVolume(
                    order: order, resolutions: firstResolution..<endResolution,
                    components: firstComponent..<endComponent, layers: layers))
        }
        return volumes
    }
}
