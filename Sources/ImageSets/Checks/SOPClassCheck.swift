import DICOM

/// Compares a file with what its SOP class asks for. Narrow on purpose, so that the warning means something:
/// - the data set has no SOP Class UID;
/// - the file meta information names another SOP class (PS3.10 7.1);
/// - an image storage class without pixel data;
/// - an encapsulated document class without the document.
enum SOPClassCheck {
    static func warning(_ file: PartTenFile) -> ImportWarning? {
        let sopClassUID = file.dataSet.groupingText(.sopClassUID, from: .ascii)
        let fileSOPClassUID = file.fileMeta.groupingText(.mediaStorageSOPClassUID, from: .ascii)
        guard !sopClassUID.isEmpty else {
            return warning("has no SOPClassUID")
        }
        if !fileSOPClassUID.isEmpty, fileSOPClassUID != sopClassUID {
            return warning("has another SOPClassUID than its file meta information")
        }
        let keyword = UIDDictionary.entry(for: sopClassUID)?.keyword ?? ""
        if file.pixelData == nil, keyword.contains("ImageStorage"), !file.dataSet.contains(.pixelDataProviderURL) {
            return warning("is of an image storage class and has no pixel data")
        }
        if keyword.hasPrefix("Encapsulated"), keyword.hasSuffix("Storage"),
            !file.dataSet.contains(.encapsulatedDocument)
        {
            return warning("is of an encapsulated document class and has no document")
        }
        return nil
    }

    private static func warning(_ text: String) -> ImportWarning {
        ImportWarning(.sopClassDataMismatch, message: "The file was imported but \(text).")
    }
}

extension Tag {
    /// Pixel Data Provider URL (0028,7FE0): where JPIP referenced pixel data is.
    fileprivate static let pixelDataProviderURL = Tag(0x0028, 0x7FE0)
}
