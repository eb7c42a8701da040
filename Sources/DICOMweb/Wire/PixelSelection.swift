import DICOM
import Exchange
import FrameCodecs
import HTTPTypes
import Store

/// In which form pixel data goes out: decided from Accept and the stored form (spec/40 "Transfer syntax").
struct PixelSelection: Sendable, Equatable {
    var form: FrameForm
    var transferSyntaxUID: String
    var mediaType: String
    var isMultipart: Bool
    /// Whether the client left the transfer syntax to us.
    var isOurs = false

    /// The same as stored: what is sent when the choice was ours and the frames turn out not to decode.
    func asStored(_ instance: StoredInstance) -> PixelSelection {
        PixelSelection(
            form: .stored, transferSyntaxUID: instance.storedTransferSyntaxUID, mediaType: mediaType,
            isMultipart: isMultipart)
    }

    /// The first acceptable form by q, then order; 406 when no member fits.
    static func choose(_ accept: AcceptHeader, for instance: StoredInstance) throws -> PixelSelection {
        for range in accept.ranges {
            if let selection = selection(range, for: instance) { return selection }
        }
        let stored = ImageFrameMediaType.dicomwebMediaType(instance.storedTransferSyntaxUID)
        throw DICOMwebError(
            .notAcceptable,
            "The frames are available as \(stored) (transfer syntax \(instance.storedTransferSyntaxUID))"
                + (instance.isDecodable ? " and application/octet-stream (1.2.840.10008.1.2.1)" : ""))
    }

    private static func selection(_ range: MediaType, for instance: StoredInstance) -> PixelSelection? {
        var isMultipart = false
        var wanted = range.essence
        if range.essence == "multipart/related" {
            isMultipart = true
            wanted = range.parameters["type"].map { $0.lowercased() } ?? "application/octet-stream"
        } else if range.covers("multipart/related") {
            isMultipart = true
            wanted = "*/*"
        }
        let stored = instance.storedTransferSyntaxUID
        let storedType = ImageFrameMediaType.dicomwebMediaType(stored)
        let isOctets = ["application/octet-stream", "*/*", "application/*"].contains(wanted)
        let isStoredType = MediaType(aliases[wanted] ?? wanted).covers(storedType.lowercased())
        // Stored frames may be asked for as plain octets too: viewers do (quirk Q2).
        let asStored =
            isOctets || isStoredType
            ? PixelSelection(
                form: .stored, transferSyntaxUID: stored,
                mediaType: isStoredType ? storedType : "application/octet-stream", isMultipart: isMultipart)
            : nil
        let native = TransferSyntax.explicitVRLittleEndian.uid
        let asNative =
            isOctets && instance.isDecodable
            ? PixelSelection(
                form: .explicitLittleEndian, transferSyntaxUID: native, mediaType: "application/octet-stream",
                isMultipart: isMultipart)
            : nil
        switch range.parameters["transfer-syntax"] {
        case native?: return asNative
        case "*"?, stored?: return asStored
        case .some: return nil
        // Without a transfer syntax: Explicit VR Little Endian when the stored form decodes, else as stored; an image
        // type means the stored form when that is of the type.
        case nil:
            guard var ours = asNative else { return asStored }
            ours.isOurs = true
            return ours
        }
    }

    /// Other names that clients have for the types of PS3.18 table 8.7.3-5 (research 3.1).
    private static let aliases = [
        "image/jph": "image/jphc", "image/jhc": "image/jphc", "image/j2c": "image/jp2", "image/x-jls": "image/jls",
        "image/x-dicom-rle": "image/dicom-rle", "video/h256": "video/h265",
    ]
}
