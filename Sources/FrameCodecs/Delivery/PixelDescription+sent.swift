public import DICOM

extension DataSet {
    /// Makes the elements that describe colour tell what is sent, in `sent`, of frames that came in `imported`; `isByPixel`
    /// when every pixel's samples stand together whatever they came as.
    public mutating func describeColour(
        of pixel: PixelDescription, importedIn imported: String, sentIn sent: String, isByPixel: Bool
    ) {
        guard pixel.samplesPerPixel > 1 else { return }
        let photometric = pixel.photometricInterpretation(importedIn: imported, sentIn: sent)
        if photometric != pixel.photometricInterpretation {
            set(DataElement(.photometricInterpretation, .CS, photometric))
        }
        if isByPixel { set(DataElement(.planarConfiguration, .US, integers: [0])) }
    }
}

extension PixelDescription {
    /// Reads the image pixel module of a stored instance whose frames are kept one by one.
    ///
    /// What only the pixel data told when it came is told by its tag and by how it is kept: native cells of
    /// YBR_FULL_422 stay native because their chroma is subsampled, and for no other reason (``StoragePlan``).
    public init(
        stored dataSet: DataSet, tag: Tag = .pixelData, storedTransferSyntaxUID: String
    ) throws(FrameError) {
        let isNative = StoragePlan.isNative(storedTransferSyntaxUID)
        try self.init(
            dataSet,
            pixelData: PixelData(
                tag: tag, vr: .OW,
                // No length makes the chroma of YBR_FULL_422 count as subsampled.
                form: isNative
                    ? .native(offset: 0, length: 0, declaredLength: 0, isBigEndian: false)
                    : .encapsulated(
                        Encapsulated(basicOffsetTable: [], fragments: [], isTerminated: true, firstItemOffset: 0))))
    }

    /// Photometric Interpretation (0028,0004) of frames that came in `imported` and are sent in `sent`.
    ///
    /// The term names the colours inside a codestream that transforms them, not those a decoder gives (PS3.5 8.2.4,
    /// 8.2.14): `YBR_RCT` for the RGB that we encode, `RGB` for what was decoded. A decoder gives as much chroma as luma,
    /// which `YBR_FULL_422` is not (PS3.3 C.7.6.3.1.2).
    public func photometricInterpretation(importedIn imported: String, sentIn sent: String) -> String {
        guard samplesPerPixel == 3 else { return photometricInterpretation }
        let isDecoded = imported != sent && !StoragePlan.isNative(imported)
        let transformed = ["YBR_RCT", "YBR_ICT", "XYB"].contains(photometricInterpretation)
        if StoragePlan.isNative(sent) {
            if transformed { return "RGB" }
            return isDecoded && photometricInterpretation == "YBR_FULL_422" ? "YBR_FULL" : photometricInterpretation
        }
        guard Self.losslessTransferSyntaxUIDs.contains(sent), imported != sent else { return photometricInterpretation }
        if transformed || hasTransformableColours { return "YBR_RCT" }
        return isDecoded && photometricInterpretation == "YBR_FULL_422" ? "YBR_FULL" : photometricInterpretation
    }

    /// What frames are written in.
    private static let losslessTransferSyntaxUIDs = [
        StoragePlan.LosslessFormat.htj2k.transferSyntaxUID, StoragePlan.LosslessFormat.jpeg2000.transferSyntaxUID,
    ]

    /// Whether decoded samples are red, green and blue, so that the reversible colour transform makes them smaller.
    var hasTransformableColours: Bool {
        samplesPerPixel == 3 && ["RGB", "YBR_RCT", "YBR_ICT"].contains(photometricInterpretation)
    }
}
