public import DICOM

/// The pixel data of one imported instance, ready to be stored: what is kept of it, how many frames, and each of them
/// encoded.
///
/// Nothing here fails an import (spec/20): whatever is wrong with the pixel data makes the plan a blob, with a warning.
///
/// ```
/// let source = FrameSource(file)
/// for index in 0..<source.frameCount { try source.frame(index) }   // any order, any task
/// source.whole                                                     // instead, when frameCount is 0 or a frame throws
/// ```
public struct FrameSource: Sendable {
    /// What is kept.
    public let plan: StoragePlan
    /// What the samples are; nil when there are no pixel data or nothing can be said of them.
    public let pixel: PixelDescription?
    /// What the owner of the file should know.
    public let warnings: [FrameWarning]
    /// The pixel data as one run of bytes: what is kept for videos and blobs; nil when there are none.
    public let whole: PixelDataBytes?
    /// The transfer syntax of what is stored.
    public let storedTransferSyntaxUID: String

    private let layout: FrameLayout?
    private let sourceTransferSyntaxUID: String
    private let foreign: (any ForeignCodec)?

    /// The frames to be stored one by one; 0 for videos, blobs, and instances without pixel data.
    public var frameCount: Int {
        layout?.frameCount ?? 0
    }

    /// Looks at the pixel data of `file` for a data store that keeps `format`, where `foreign` decodes what is not ours.
    /// Reads no more than a few bytes of each fragment.
    public init(
        _ file: PartTenFile, format: StoragePlan.LosslessFormat = .htj2k, foreign: (any ForeignCodec)? = nil
    ) {
        let found = Finding(file, format, foreign)
        self.foreign = foreign
        plan = found.plan
        pixel = found.pixel
        warnings = found.warnings
        whole = found.whole
        layout = found.layout
        sourceTransferSyntaxUID = file.transferSyntaxUID
        storedTransferSyntaxUID = found.plan.storedTransferSyntaxUID(from: file.transferSyntaxUID)
    }

    /// What is stored of frame `index`, counted from 0: read, encoded, verified. Frames are independent of each other.
    ///
    /// When it throws, the instance's pixel data are to be kept as ``whole``, with ``failureWarning(_:)``.
    public func frame(_ index: Int) throws(FrameError) -> EncodedFrame {
        try withFrame(index) { transcoder, source throws(FrameError) in try transcoder.encode(source) }
    }

    /// The samples of frame `index` before they are encoded: native cells, little endian, colour by pixel.
    public func nativeFrame(_ index: Int) throws(FrameError) -> [UInt8] {
        try withFrame(index) { transcoder, source throws(FrameError) in try transcoder.native(source) }
    }

    private func withFrame<Result>(
        _ index: Int, _ body: (FrameTranscoder, [UInt8]) throws(FrameError) -> Result
    ) throws(FrameError) -> Result {
        guard let layout, let pixel, let whole, (0..<layout.frameCount).contains(index) else {
            throw FrameError(.truncated, "a frame that is not there")
        }
        let transcoder = FrameTranscoder(
            pixel: pixel, plan: plan, sourceTransferSyntaxUID: sourceTransferSyntaxUID, foreign: foreign)
        return try body(transcoder, layout.frame(index, of: whole))
    }

    /// The warning of an instance one of whose frames could not be encoded.
    public static func failureWarning(_ error: FrameError) -> FrameWarning {
        FrameWarning(
            .transcodingException,
            "The pixel data could not be transcoded and are kept as they came: \(error.code.rawValue).")
    }

    /// The transfer syntax of ``whole``, when it is stored instead of frames.
    public var wholeTransferSyntaxUID: String {
        if case .keepVideo(let uid) = plan { return uid }
        return StoragePlan.blob(.other).storedTransferSyntaxUID(from: sourceTransferSyntaxUID)
    }
}

extension FrameSource {
    /// What one look at the pixel data tells.
    private struct Finding {
        var plan = StoragePlan.noPixels
        var pixel: PixelDescription?
        var warnings: [FrameWarning] = []
        var whole: PixelDataBytes?
        var layout: FrameLayout?

        init(_ file: PartTenFile, _ format: StoragePlan.LosslessFormat, _ foreign: (any ForeignCodec)?) {
            guard let pixelData = file.pixelData, Finding.isPresent(pixelData) else { return }
            whole = PixelDataBytes(pixelData, of: file.content, wordSize: Finding.wordSize(pixelData))
            do {
                let pixel = try PixelDescription(file.dataSet, pixelData: pixelData)
                let bytes = PixelDataBytes(
                    pixelData, of: file.content,
                    wordSize: PixelDataBytes.bigEndianWordSize(
                        pixelData, pixel, transferSyntaxUID: file.transferSyntaxUID))
                whole = bytes
                self.pixel = pixel
                note(pixel.contradictions)
                plan = StoragePlan.for(
                    transferSyntaxUID: file.transferSyntaxUID, pixel: pixel, format: format, foreign: foreign)
                try take(pixelData, pixel, bytes, of: file)
            } catch let error as FrameLayout.Failure {
                giveUp(error.warning)
            } catch {
                let reason = (error as? FrameError)?.message ?? "unreadable"
                giveUp(
                    StoragePlan.isSupported(file.transferSyntaxUID)
                        ? FrameWarning(.framesExtractionFailure, "The frames could not be separated: \(reason).")
                        : FrameWarning(
                            .unsupportedTransferSyntax,
                            Finding.sentence(.unsupportedTransferSyntax, file.transferSyntaxUID)))
            }
        }

        /// The word size where the pixel data element alone can tell.
        private static func wordSize(_ pixelData: PixelData) -> Int {
            if case .native(_, _, _, isBigEndian: true) = pixelData.form { pixelData.vr.wordSize } else { 1 }
        }

        /// An empty element is no pixel data.
        private static func isPresent(_ pixelData: PixelData) -> Bool {
            switch pixelData.form {
            case .native(_, let length, let declaredLength, _): length > 0 || declaredLength > 0
            case .encapsulated: true
            }
        }

        private mutating func take(
            _ pixelData: PixelData, _ pixel: PixelDescription, _ bytes: PixelDataBytes, of file: PartTenFile
        ) throws {
            switch plan {
            case .noPixels: break
            case .blob(let code):
                warnings.append(FrameWarning(code, Finding.sentence(code, file.transferSyntaxUID)))
            case .keepVideo(let uid):
                guard VideoStream.isVideo(bytes, of: uid) else {
                    return giveUp(
                        FrameWarning(.other, "The video is not of the kind that its transfer syntax names."))
                }
            case .transcode, .keepFrames, .keepNative:
                guard Finding.isEncapsulated(pixelData) != StoragePlan.isNative(file.transferSyntaxUID) else {
                    return giveUp(
                        FrameWarning(
                            .framesExtractionFailure,
                            "The pixel data are not in the form that the transfer syntax asks for."))
                }
                var table: ExtendedOffsetTable?
                if case .encapsulated(let encapsulated) = pixelData.form {
                    table = ExtendedOffsetTable(
                        file.dataSet, content: file.content, maximumCount: encapsulated.fragments.count)
                }
                let layout = try FrameLayout(
                    pixelData, pixel, bytes: bytes, transferSyntaxUID: file.transferSyntaxUID,
                    extendedOffsetTable: table)
                warnings += layout.warnings
                self.layout = layout
            }
        }

        private mutating func note(_ contradictions: [Tag]) {
            guard !contradictions.isEmpty else { return }
            let names = contradictions.map { $0.keyword ?? $0.hexadecimal }.joined(separator: ", ")
            warnings.append(
                FrameWarning(
                    .sopClassDataMismatch, "The file was imported but its pixels cannot be as these say: \(names)."))
        }

        private mutating func giveUp(_ warning: FrameWarning) {
            plan = .blob(warning.code)
            layout = nil
            warnings.append(warning)
        }

        private static func isEncapsulated(_ pixelData: PixelData) -> Bool {
            if case .encapsulated = pixelData.form { true } else { false }
        }

        private static func sentence(_ code: FrameWarning.Code, _ uid: String) -> String {
            let name = TransferSyntax.known(uid)?.name ?? "This transfer syntax"
            return code == .unsupportedTransferSyntax
                ? "\(name) is not supported; the pixel data are kept as they came."
                : "\(name) cannot be transcoded; the pixel data are kept as they came."
        }
    }
}
