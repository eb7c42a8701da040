public import DICOM

/// Where the bytes of a value are that is kept apart, while its instance is taken in.
public enum BulkSource: Sendable, Equatable {
    /// In the content of its file (``PartTenFile/content``).
    case content(BulkValue)
    /// Here, little endian: JSON metadata laid over the file has it.
    case bytes(ArraySlice<UInt8>)
}
