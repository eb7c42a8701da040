import DICOM
import ImageSets

/// Swift Testing has tags too; here a tag is DICOM's.
typealias Tag = DICOM.Tag

/// Small data sets for tests.
extension DataSet {
    /// A data set with all identifiers of a plain instance.
    static func instance(
        study: String = "1.2.3", series: String = "1.2.3.4", sop: String = "1.2.3.4.5", _ more: DataElement...
    ) -> DataSet {
        let base = [
            DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.88.11"),
            DataElement(.sopInstanceUID, .UI, sop),
            DataElement(.studyInstanceUID, .UI, study),
            DataElement(.seriesInstanceUID, .UI, series),
        ]
        return DataSet(base + more)
    }
}

extension DataElement {
    /// An element with exactly these bytes.
    init(_ tag: Tag, _ vr: VR, bytes: [UInt8]) {
        self.init(tag, vr, .bytes(bytes[...]))
    }
}

extension PartTenFile {
    /// A file in Explicit VR Little Endian without pixel data.
    static func holding(
        _ dataSet: DataSet, fileMeta: [DataElement] = [], guessed: Bool = false, pixelData: PixelData? = nil,
        warnings: [ReadingWarning] = []
    ) -> PartTenFile {
        PartTenFile(
            fileMeta: DataSet(fileMeta), dataSet: dataSet, transferSyntaxUID: "1.2.840.10008.1.2.1",
            transferSyntaxWasGuessed: guessed, pixelData: pixelData, content: MemoryBytes([]), warnings: warnings)
    }
}

extension GroupingKey {
    /// A key whose parts are given in the order of the grouping rule; unnamed ones are ordinary.
    static func of(
        date: String = "20200101", accession: String = "A", patient: String = "P", study: String = "1.2.3",
        studyID: String = "S", series: String = "1.2.3.4", number: String = "1"
    ) -> GroupingKey {
        GroupingKey(
            studyDate: date, accessionNumber: accession, patientID: patient, studyInstanceUID: study, studyID: studyID,
            seriesInstanceUID: series, seriesNumber: number)
    }
}
