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
        let native = TransferSyntax.explicitVRLittleEndian.uid
        let asStored = PixelSelection(
            form: .stored, transferSyntaxUID: stored, mediaType: storedType, isMultipart: isMultipart)
        let asNative = PixelSelection(
            form: .explicitLittleEndian, transferSyntaxUID: native, mediaType: "application/octet-stream",
            isMultipart: isMultipart)
        let isOctets = wanted == "application/octet-stream" || wanted == "*/*" || wanted == "application/*"
        let isStoredType = MediaType(wanted).covers(storedType)
        switch range.parameters["transfer-syntax"] {
        case "*"?:
            // Stored frames may be asked for as plain octets too: viewers do (quirk Q2).
            guard isOctets || isStoredType else { return nil }
            var selection = asStored
            if isOctets && wanted != "*/*" { selection.mediaType = "application/octet-stream" }
            return selection
        case let uid? where uid == native:
            return isOctets && instance.isDecodable ? asNative : nil
        case let uid? where uid == stored:
            return isOctets || isStoredType ? asStored : nil
        case .some:
            return nil
        case nil:
            // Without a transfer syntax: Explicit VR Little Endian when the stored form decodes, else as stored; an
            // image type means the stored form when that is of the type.
            if isOctets { return instance.isDecodable ? asNative : asStored }
            return isStoredType ? asStored : nil
        }
    }
}
