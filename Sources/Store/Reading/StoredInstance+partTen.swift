import Blobs
import Catalog
import DICOM
import FrameCodecs
import ImageSets
public import NIOCore

/// A P10 file that is written piece by piece.
public struct PartTenStream: Sendable {
    /// The transfer syntax it is in.
    public let transferSyntaxUID: String
    private let bytes: StreamedBytes

    init(transferSyntaxUID: String, bytes: StreamedBytes) {
        self.transferSyntaxUID = transferSyntaxUID
        self.bytes = bytes
    }

    /// Its length in bytes.
    public var length: Int {
        bytes.length
    }

    /// Hands the pieces over in order; memory holds one frame or one mebibyte at a time.
    public func write(to take: (ByteBuffer) async throws -> Void) async throws {
        try await bytes.write(to: take)
    }
}

extension StoredInstance {
    /// The instance as a P10 file (PS3.10): every imported element, changes made through the API applied, and file meta
    /// information for the transfer syntax actually sent; `notAcceptable` when the pixel data cannot be had in the form.
    public func partTen(as form: FrameForm) async throws -> PartTenStream {
        guard form == .stored || isDecodable else {
            throw StoreError(
                .notAcceptable, "The pixel data is available in transfer syntax \(storedTransferSyntaxUID) only")
        }
        let header = try await header()
        let isNative = form == .explicitLittleEndian || object.pixelForm == .none
        let uid = isNative ? TransferSyntax.explicitVRLittleEndian.uid : storedTransferSyntaxUID
        var dataSet = try await dataSet(header, sentIn: uid)
        let pixels = try await pixelElement(of: header, as: form, sentIn: uid, in: &dataSet)
        let (before, after) = dataSet.split(before: header.pixelElement?.tag ?? .pixelData)
        let meta = PartTenWriter.fileMeta(
            sopClassUID: dataSet.string(.sopClassUID) ?? "", sopInstanceUID: record.attributes.sopInstanceUID,
            transferSyntaxUID: uid, imported: edits.applied(to: header).fileMeta)
        var pieces = [PartTenWriter.Piece.bytes(try PartTenWriter.fileMetaBytes(meta))]
        pieces += try PartTenWriter.pieces(before)
        let tail = try PartTenWriter.pieces(after)
        let length =
            pieces.reduce(0) { $0 + $1.count } + (pixels?.length ?? 0) + tail.reduce(0) { $0 + $1.count }
        return PartTenStream(
            transferSyntaxUID: uid,
            bytes: StreamedBytes(length: length) { [pieces] take in
                try await write(pieces, of: header, to: take)
                try await pixels?.write(to: take)
                try await write(tail, of: header, to: take)
            })
    }

    /// The data set with its icons in a form that they may have in the transfer syntax.
    private func dataSet(_ header: StoredHeader, sentIn uid: String) async throws -> DataSet {
        let dataSet = dataSet(header)
        guard uid != header.transferSyntaxUID, dataSet.hasEncapsulatedIcons else { return dataSet }
        let foreignCodec = datastore.foreignCodec
        return try await datastore.encoders.run {
            dataSet.withNativeIcons(importedIn: header.transferSyntaxUID, foreign: foreignCodec)
        }
    }

    private func write(
        _ pieces: [PartTenWriter.Piece], of header: StoredHeader, to take: (ByteBuffer) async throws -> Void
    ) async throws {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes):
                try await take(ByteBuffer(bytes: bytes))
            case .bulk(let placeholder, _):
                guard header.bulkValues.indices.contains(placeholder.offset) else {
                    throw StoreError(.internal, "a bulk value without a reference")
                }
                try await bulkValue(header.bulkValues[placeholder.offset].hash).write(to: take)
            }
        }
    }

    /// The pixel data element as a stream, with the elements that describe it made to fit what is sent (quirk Q24).
    private func pixelElement(
        of header: StoredHeader, as form: FrameForm, sentIn uid: String, in dataSet: inout DataSet
    ) async throws -> StreamedBytes? {
        // Offsets of the imported fragments mean nothing in what is written now.
        dataSet.remove(.extendedOffsetTable)
        dataSet.remove(.extendedOffsetTableLengths)
        guard let element = header.pixelElement else { return nil }
        switch object.pixelForm {
        case .none:
            return nil
        case .whole:
            return try await wholePixelElement(element)
        case .frames:
            let isNative = form == .explicitLittleEndian || isStoredNative
            guard let pixel = try? pixelDescription(header) else {
                // Kept frames need no description: whatever the data set says of them goes out as it came.
                return try await encapsulatedPixelElement(in: &dataSet)
            }
            dataSet.describeColour(
                of: pixel, importedIn: header.transferSyntaxUID, sentIn: uid,
                isByPixel: isNative && !isStoredNative || hasFileBoxes)
            return isNative
                ? try await nativePixelElement(element, pixel) : try await encapsulatedPixelElement(in: &dataSet)
        }
    }

    private var isStoredNative: Bool {
        TransferSyntax.known(storedTransferSyntaxUID)?.isEncapsulated == false
    }

    private func nativePixelElement(
        _ element: StoredHeader.PixelElement, _ pixel: PixelDescription
    ) async throws -> StreamedBytes {
        let bitsPerFrame = pixel.frameBitCount
        let length = (bitsPerFrame * frameCount + 7) / 8
        let head = try PartTenWriter.nativePixelDataHeader(
            tag: element.tag, vr: element.isEncapsulated ? (pixel.bitsAllocated > 8 ? .OW : .OB) : element.vr,
            length: length)
        let isNative = isStoredNative
        // A frame that was kept as it came may be none that decodes: better told now than by an answer that breaks off.
        let first = isNative || frameCount == 0 ? nil : try await decode(storedFrame(0), pixel)
        return StreamedBytes(length: head.count + length + length % 2) { take in
            try await take(ByteBuffer(bytes: head))
            var joiner = PackedBits.Joiner(bitsPerFrame: bitsPerFrame)
            for index in 0..<frameCount {
                let native: [UInt8]
                if index == 0, let first {
                    native = first
                } else {
                    let frame = try await storedFrame(index)
                    native = isNative ? try await frame.collect() : try await decode(frame, pixel)
                }
                try await take(ByteBuffer(bytes: bitsPerFrame % 8 == 0 ? native : joiner.append(native)))
            }
            if bitsPerFrame % 8 != 0 { try await take(ByteBuffer(bytes: joiner.finish())) }
            if length % 2 == 1 { try await take(ByteBuffer(bytes: [0])) }
        }
    }

    private func encapsulatedPixelElement(in dataSet: inout DataSet) async throws -> StreamedBytes {
        var lengths: [Int] = []
        lengths.reserveCapacity(frameCount)
        let step = 4_096
        for first in stride(from: 0, to: frameCount, by: step) {
            let range = first..<min(first + step, frameCount)
            lengths += try await datastore.catalog.read { try $0.frames(of: record.object, range: range) }
                .map { Int($0.location.length) }
        }
        // Every frame of an instance has the same boxes around it: they depend on the image's kind alone.
        if hasFileBoxes, let first = lengths.first {
            let boxes = first - (try await storedFrame(0)).length
            lengths = lengths.map { $0 - boxes }
        }
        let layout = try EncapsulatedPixelDataLayout(frameLengths: lengths)
        for element in layout.extendedOffsetTable { dataSet.set(element) }
        return StreamedBytes(length: layout.count) { [lengths] take in
            try await take(ByteBuffer(bytes: layout.header))
            for index in 0..<lengths.count {
                let frame = try await storedFrame(index)
                guard frame.length == lengths[index] else {
                    throw StoreError(.internal, "a stored frame is not as long as its row says")
                }
                try await take(ByteBuffer(bytes: layout.itemHeader(index)))
                try await frame.write(to: take)
                if layout.padding(index) > 0 { try await take(ByteBuffer(bytes: [0])) }
            }
            try await take(ByteBuffer(bytes: layout.trailer))
        }
    }

    /// Pixel data that is kept as it came: its fragments, or its native bytes.
    private func wholePixelElement(_ element: StoredHeader.PixelElement) async throws -> StreamedBytes {
        guard let location = object.wholePixelData else {
            throw StoreError(.internal, "whole pixel data without a location")
        }
        let (table, offset) = try await fragmentTable(location)
        let blob = blob(.wholePixelData, at: location)
        let bytes = try await stream(blob, from: offset)
        guard element.isEncapsulated else {
            let head = try PartTenWriter.nativePixelDataHeader(tag: element.tag, vr: element.vr, length: bytes.length)
            return StreamedBytes(length: head.count + bytes.length + bytes.length % 2) { take in
                try await take(ByteBuffer(bytes: head))
                try await bytes.write(to: take)
                if bytes.length % 2 == 1 { try await take(ByteBuffer(bytes: [0])) }
            }
        }
        let layout = try EncapsulatedPixelDataLayout(frameLengths: table.lengths, hasOffsetTable: false)
        return StreamedBytes(length: layout.count) { take in
            try await take(ByteBuffer(bytes: layout.header))
            var start = offset
            for (index, length) in table.lengths.enumerated() {
                try await take(ByteBuffer(bytes: layout.itemHeader(index)))
                let end = start + UInt64(length)
                while start < end {
                    let stop = min(start + (1 << 20), end)
                    try await take(try await datastore.read(blob, range: start..<stop))
                    start = stop
                }
                if layout.padding(index) > 0 { try await take(ByteBuffer(bytes: [0])) }
            }
            try await take(ByteBuffer(bytes: layout.trailer))
        }
    }
}
