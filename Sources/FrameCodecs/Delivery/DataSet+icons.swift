public import DICOM

extension DataSet {
    /// Whether there is an icon inside, at any depth, whose pixel data are encapsulated.
    public var hasEncapsulatedIcons: Bool {
        elements.contains { element in
            element.value.items?.contains { item in
                item[.pixelData]?.holdsFragments == true || item.hasEncapsulatedIcons
            } == true
        }
    }

    /// The data set with the encapsulated pixel data of icons as native cells, for a transfer syntax other than `uid`, which
    /// they came in: an icon is encapsulated in the transfer syntax of its file, or native in any (PS3.5 A.4).
    ///
    /// An icon that does not decode stays as it came.
    public func withNativeIcons(importedIn uid: String, foreign: (any ForeignCodec)? = nil) -> DataSet {
        guard hasEncapsulatedIcons else { return self }
        var result = self
        for element in elements {
            guard let items = element.value.items else { continue }
            let native = items.map { item in
                let item = item.withNativeIcons(importedIn: uid, foreign: foreign)
                return item[.pixelData]?.holdsFragments == true ? item.asNativeIcon(of: uid, foreign) ?? item : item
            }
            result.set(DataElement(element.tag, element.vr, .items(native)))
        }
        return result
    }

    /// The item with its one frame decoded; nil when it is no image or does not decode.
    private func asNativeIcon(of uid: String, _ foreign: (any ForeignCodec)?) -> DataSet? {
        // As a file of its own, an icon is read like every other image.
        let meta = PartTenWriter.fileMeta(sopClassUID: "", sopInstanceUID: "", transferSyntaxUID: uid)
        guard
            let bytes = try? PartTenWriter.fileMetaBytes(meta) + PartTenWriter.dataSetBytes(self, bulk: { _ in [] }),
            let file = try? PartTenReader.read(MemoryBytes(bytes))
        else { return nil }
        let source = FrameSource(file, foreign: foreign)
        guard source.frameCount == 1, let pixel = source.pixel, let cells = try? source.nativeFrame(0) else {
            return nil
        }
        var icon = self
        icon.describeColour(
            of: pixel, importedIn: uid, sentIn: TransferSyntax.explicitVRLittleEndian.uid, isByPixel: true)
        icon.set(DataElement(.pixelData, pixel.bitsAllocated > 8 ? .OW : .OB, .bytes(cells[...])))
        return icon
    }
}
