import CDeflate

/// Gzip (RFC 1952) of whole documents.
public enum Gzip {
    /// `bytes` as one gzip member.
    ///
    /// - Levels go from 0 (stored) over 1 (fastest) and 6 (usual) to 12 (smallest); others are taken as the nearest.
    /// - Safe from any thread: every call has its own compressor.
    public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        bytes.withUnsafeBytes { compress($0, level: level) }
    }

    /// `bytes` as one gzip member; see ``compress(_:level:)-([UInt8],_)``.
    public static func compress(_ bytes: UnsafeRawBufferPointer, level: Int = 6) -> [UInt8] {
        let level = Int32(min(max(level, 0), 12))
        guard let compressor = libdeflate_alloc_compressor(level) else {
            preconditionFailure("libdeflate had no memory for a compressor")
        }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            count = libdeflate_gzip_compress(compressor, bytes.baseAddress, bytes.count, output.baseAddress, bound)
            // Zero means "does not fit", which the bound rules out.
            precondition(count > 0 && count <= bound, "libdeflate broke its own bound")
        }
    }
}
