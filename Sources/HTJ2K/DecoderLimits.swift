/// What a decoder accepts from bytes it does not trust.
public struct DecoderLimits: Sendable {
    /// The most samples (width × height × components) that an image may claim; memory is bounded by a small multiple of it.
    public var maximumSampleCount: Int

    /// Limits; the default is 2²⁸ samples.
    public init(maximumSampleCount: Int = 1 << 28) {
        self.maximumSampleCount = maximumSampleCount
    }
}
