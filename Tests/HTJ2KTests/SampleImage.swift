import HTJ2K
import TestSupport

/// An image made for a test.
struct SampleImage {
    /// What fills the image.
    enum Content: CaseIterable, Sendable {
        case noise, ramp, constant, sparse, extremes, single
    }

    var description: ImageDescription
    var samples: [UInt8]

    init(_ description: ImageDescription, _ content: Content, seed: UInt64) {
        self.description = description
        var random = SeededGenerator(seed: seed)
        let least = description.isSigned ? -1 << (description.bitDepth - 1) : 0
        let greatest = least + 1 << description.bitDepth - 1
        let (width, count) = (description.width, description.components)
        samples = []
        samples.reserveCapacity(description.byteCount)
        for index in 0..<width * description.height * count {
            let (x, y) = (index / count % width, index / count / width)
            let value: Int
            switch content {
            case .noise: value = Int.random(in: least...greatest, using: &random)
            case .ramp:
                let slope = (greatest - least) / (2 * (width + description.height))
                value = min(
                    greatest, least + (x + 2 * y + index % count) * slope + Int.random(in: 0...3, using: &random))
            case .constant: value = greatest
            case .sparse: value = Int.random(in: 0..<50, using: &random) == 0 ? greatest : least
            case .extremes: value = Bool.random(using: &random) ? greatest : least
            case .single: value = index == width * description.height * count / 2 ? greatest : 0
            }
            for byte in 0..<description.bytesPerSample {
                samples.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
            }
        }
    }

    func encoded(_ options: EncoderOptions = EncoderOptions()) throws -> [UInt8] {
        try samples.withUnsafeBytes { try HTJ2K.encode($0, description, options: options) }
    }
}
