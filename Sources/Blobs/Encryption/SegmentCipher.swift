import Crypto
import FoundationEssentials
import NIOCore

/// Seals and opens the segments of one pack with AES-256-GCM.
///
/// The nonce is the segment's physical offset: unique under the pack's key, because a byte range of a pack is written
/// at most once. The authenticated data are the pack, the blob's offset and length, and the segment's index: a segment
/// passes only as itself, at its place, in a blob of the length that it was written in.
struct SegmentCipher: Sendable {
    /// The pack whose segments these are.
    let pack: PackID
    private let key: SymmetricKey

    init(_ header: PackHeader, storeKey: SymmetricKey) {
        pack = header.pack
        key = header.segmentKey(storeKey)
    }

    /// Calls `body` with a segment's ciphertext and, behind it, its tag.
    func seal<Result>(
        _ plain: UnsafeRawBufferPointer, as segment: PackLayout.Segment, of layout: PackLayout,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        precondition(plain.count == segment.plainRange.count, "a segment is sealed whole")
        let box = try AES.GCM.seal(
            plain, using: key, nonce: nonce(segment), authenticating: authenticated(segment, layout))
        guard let combined = box.combined else { preconditionFailure("the nonce has 12 bytes") }
        return try combined.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[Self.nonceLength...])) }
    }

    /// Opens a sealed segment and writes the part of its plain bytes that lies in `range` of the blob to `output`.
    /// Throws `corrupted`, and writes nothing, when the segment is not what was sealed at its place.
    func open(
        _ sealed: UnsafeRawBufferPointer, as segment: PackLayout.Segment, of layout: PackLayout,
        range: Range<UInt64>, into output: inout ByteBuffer
    ) throws {
        precondition(sealed.count == segment.sealedLength, "a segment is opened whole")
        let plain: Data
        do {
            let split = sealed.count - Int(PackLayout.tagLength)
            let box = try AES.GCM.SealedBox(
                nonce: nonce(segment), ciphertext: UnsafeRawBufferPointer(rebasing: sealed[..<split]),
                tag: UnsafeRawBufferPointer(rebasing: sealed[split...]))
            plain = try AES.GCM.open(box, using: key, authenticating: authenticated(segment, layout))
        } catch {
            throw BlobError(
                .corrupted, "the segment at \(segment.offset) does not match its authentication tag", pack: pack,
                cause: error)
        }
        let wanted = range.clamped(to: segment.plainRange)
        plain.withUnsafeBytes { bytes in
            let start = Int(wanted.lowerBound - segment.plainRange.lowerBound)
            _ = output.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<start + wanted.count]))
        }
    }

    private static let nonceLength = 12

    /// Four zero bytes and the segment's offset, little endian.
    private func nonce(_ segment: PackLayout.Segment) throws -> AES.GCM.Nonce {
        try AES.GCM.Nonce(data: Self.littleEndian(0, segment.offset).dropFirst(4))
    }

    /// Pack id, blob offset, blob length and segment index, 8 bytes each, little endian.
    private func authenticated(_ segment: PackLayout.Segment, _ layout: PackLayout) -> [UInt8] {
        Self.littleEndian(pack.rawValue, layout.offset, layout.length, segment.index)
    }

    private static func littleEndian(_ values: UInt64...) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: values.count * 8) { bytes, count in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for (index, value) in values.enumerated() {
                raw.storeBytes(of: value.littleEndian, toByteOffset: index * 8, as: UInt64.self)
            }
            count = values.count * 8
        }
    }
}
