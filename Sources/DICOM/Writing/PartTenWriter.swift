/// Writes data sets and DICOM files (PS3.10) in Explicit VR Little Endian.
///
/// The same data set always gives the same bytes: sequences and items have defined lengths, group lengths are not
/// written. A value of odd length gets its VR's padding byte (PS3.5 6.2). A value of 64 KiB or more whose VR has a
/// two-byte length is written as UN (PS3.5 6.2.2); the readers give elements of PS3.6 their VR back.
///
/// A file is made of pieces in this order: ``fileMetaBytes(_:)``, ``pieces(_:)`` of the elements before the pixel data,
/// the pixel data by ``nativePixelDataHeader(tag:vr:length:)`` or ``EncapsulatedPixelDataLayout``, and ``pieces(_:)`` of
/// the elements after it; see ``DataSet/split(before:)``. Nothing of it needs the pixel data in memory.
public enum PartTenWriter {
    /// A part of the bytes of a data set.
    public enum Piece: Sendable, Equatable {
        /// Bytes to write.
        case bytes([UInt8])
        /// `length` bytes that the caller brings from where the value lies, little endian, the words those of the VR.
        case bulk(BulkValue, VR)

        /// The number of bytes it stands for.
        public var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .bulk(let bulk, _): bulk.length
            }
        }
    }

    /// The bytes of a data set in order, with bulk values left to the caller. Their counts add up to its length.
    ///
    /// Throws `invalidLength` for a value over the 4 GiB that PS3.5 can write.
    public static func pieces(_ dataSet: DataSet) throws(DICOMError) -> [Piece] {
        var encoder = DataSetEncoder()
        return try encoder.encode(dataSet)
    }

    /// The bytes of a data set; `bulk` gives those of each bulk value, little endian, and may give others instead.
    public static func dataSetBytes(
        _ dataSet: DataSet, bulk: (BulkValue) throws -> ArraySlice<UInt8>
    ) throws -> [UInt8] {
        var encoder = DataSetEncoder()
        let pieces = try encoder.encode(try dataSet.replacingBulkValues { value, _ in try bulk(value) })
        guard pieces.count == 1, case .bytes(let bytes) = pieces[0] else { return [] }
        return bytes
    }

    /// Preamble, prefix and file meta information (PS3.10 7.1): `meta` in group 0002 with its version and its length.
    public static func fileMetaBytes(_ meta: DataSet) throws(DICOMError) -> [UInt8] {
        var meta = DataSet(meta.elements.filter { $0.tag.group == 2 })
        meta.remove(.fileMetaInformationGroupLength)
        if !meta.contains(.fileMetaInformationVersion) {
            meta[.fileMetaInformationVersion] = DataElement(.fileMetaInformationVersion, .OB, .bytes([0x00, 0x01]))
        }
        var encoder = DataSetEncoder()
        guard case .bytes(let group)? = try encoder.encode(meta).first else { return [] }
        let length = DataElement(.fileMetaInformationGroupLength, .UL, integers: [group.count])
        guard case .bytes(let lengthElement)? = try encoder.encode(DataSet([length])).first else { return [] }
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + lengthElement + group
    }

    /// The file meta information of an instance: what `imported` has, with the UIDs of the instance as it is now written.
    public static func fileMeta(
        sopClassUID: String, sopInstanceUID: String, transferSyntaxUID: String, imported: DataSet = DataSet()
    ) -> DataSet {
        var meta = imported
        meta.set(DataElement(.mediaStorageSOPClassUID, .UI, sopClassUID))
        meta.set(DataElement(.mediaStorageSOPInstanceUID, .UI, sopInstanceUID))
        meta.set(DataElement(.transferSyntaxUID, .UI, transferSyntaxUID))
        return meta
    }

    /// The header of native pixel data of `length` bytes, which follow, padded to even length (PS3.5 8.1).
    public static func nativePixelDataHeader(
        tag: Tag = .pixelData, vr: VR, length: Int
    ) throws(DICOMError) -> [UInt8] {
        var encoder = DataSetEncoder()
        try encoder.appendHeader(tag, vr.hasLongLength ? vr : .OW, length: length + length & 1)
        return encoder.bytes
    }
}
