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
    /// An icon that does not decode stays as it came; so does one of more than 1 MiB of cells, and what comes after 16 of
    /// them: a file may hold any number, and each may take a decoder its whole time.
    public func withNativeIcons(importedIn uid: String, foreign: (any ForeignCodec)? = nil) -> DataSet {
        var left = 16
        return withNativeIcons(importedIn: uid, foreign, &left)
    }

    private func withNativeIcons(
        importedIn uid: String, _ foreign: (any ForeignCodec)?, _ left: inout Int
    ) -> DataSet {
        guard hasEncapsulatedIcons else { return self }
        var result = self
        for element in elements where left > 0 {
            guard var items = element.value.items else { continue }
            for index in items.indices where left > 0 {
                items[index] = items[index].withNativeIcons(importedIn: uid, foreign, &left)
                guard left > 0, items[index][.pixelData]?.holdsFragments == true else { continue }
                left -= 1
                if let icon = items[index].asNativeIcon(of: uid, foreign) { items[index] = icon }
            }
            result.set(DataElement(element.tag, element.vr, .items(items)))
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
        guard source.frameCount == 1, let pixel = source.pixel, pixel.frameByteCount <= 1 << 20,
            let cells = try? source.nativeFrame(0)
        else { return nil }
        var icon = self
        icon.describeColour(
            of: pixel, importedIn: uid, sentIn: TransferSyntax.explicitVRLittleEndian.uid, isByPixel: true)
        icon.set(DataElement(.pixelData, pixel.bitsAllocated > 8 ? .OW : .OB, .bytes(cells[...])))
        return icon
    }
}
