import DICOM

/// Native cells: nothing to decode, but colour by plane is turned to colour by pixel (PS3.3 C.7.6.3.1.3).
enum NativeFrame: FrameDecoding {
    /// The little-endian native syntaxes and, as ``PixelDataBytes`` has turned the bytes already, the big-endian ones.
    static var transferSyntaxUIDs: [String] {
        TransferSyntax.all.filter { $0.family == .native }.map(\.uid)
    }

    /// Frames are stored by pixel: exactly the frame's bytes.
    static func decode(_ frame: [UInt8], _ pixel: PixelDescription) throws(FrameError) -> [UInt8] {
        guard frame.count >= pixel.frameByteCount else {
            throw FrameError(.truncated, "the native frame is shorter than the attributes say")
        }
        return frame.count == pixel.frameByteCount ? frame : Array(frame.prefix(pixel.frameByteCount))
    }

    /// The frame as imported, colour by pixel whatever its Planar Configuration.
    static func interleaved(_ frame: [UInt8], _ pixel: PixelDescription) -> [UInt8] {
        guard pixel.planarConfiguration == 1, pixel.samplesPerPixel > 1, !pixel.isChromaSubsampled,
            frame.count == pixel.frameByteCount
        else { return frame }
        switch pixel.bytesPerSample {
        case 1: return interleave(frame, planes: pixel.samplesPerPixel, of: UInt8.self)
        case 2: return interleave(frame, planes: pixel.samplesPerPixel, of: UInt16.self)
        case 4: return interleave(frame, planes: pixel.samplesPerPixel, of: UInt32.self)
        case 8: return interleave(frame, planes: pixel.samplesPerPixel, of: UInt64.self)
        default: return frame
        }
    }

    private static func interleave<Cell: FixedWidthInteger>(
        _ frame: [UInt8], planes: Int, of cell: Cell.Type
    ) -> [UInt8] {
        let size = MemoryLayout<Cell>.size
        let pixels = frame.count / (planes * size)
        return [UInt8](unsafeUninitializedCapacity: frame.count) { output, count in
            let output = UnsafeMutableRawBufferPointer(output)
            frame.withUnsafeBytes { input in
                for plane in 0..<planes {
                    var source = plane &* pixels &* size
                    var target = plane &* size
                    for _ in 0..<pixels {
                        output.storeBytes(
                            of: input.loadUnaligned(fromByteOffset: source, as: Cell.self), toByteOffset: target,
                            as: Cell.self)
                        source &+= size
                        target &+= planes &* size
                    }
                }
            }
            count = planes * pixels * size
        }
    }
}
