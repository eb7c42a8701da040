public import DICOM

/// A small CT image to import, made from a few choices.
public struct TestInstance: Sendable {
    /// Study Instance UID.
    public var study = "1.2.826.0.1.3680043.10.1"
    /// Series Instance UID.
    public var series = "1.2.826.0.1.3680043.10.1.1"
    /// SOP Instance UID.
    public var sop = "1.2.826.0.1.3680043.10.1.1.1"
    /// Patient ID.
    public var patientID = "TEST-1"
    /// Patient's Name.
    public var patientName = "Test^Patient"
    /// Study Date.
    public var studyDate = "20240102"
    /// Accession Number.
    public var accessionNumber = "A1"
    /// Study ID.
    public var studyID = "S1"
    /// Series Number.
    public var seriesNumber = 1
    /// Instance Number.
    public var instanceNumber = 1
    /// Modality.
    public var modality = "CT"
    /// Rows.
    public var rows = 16
    /// Columns.
    public var columns = 16
    /// Number of Frames; 1 leaves the element out.
    public var frames = 1
    /// What the noise in the pixels comes from.
    public var seed: UInt64 = 1
    /// Further elements, or other values for the ones above.
    public var elements: [DataElement] = []

    /// The first instance of the default series.
    public init() {}

    /// Instance `number` of the default series.
    public static func numbered(_ number: Int) -> TestInstance {
        var instance = TestInstance()
        instance.sop = "1.2.826.0.1.3680043.10.1.1.\(number)"
        instance.instanceNumber = number
        instance.seed = UInt64(number)
        return instance
    }

    /// Signed 16-bit samples, little endian: a slope with noise.
    public var pixels: [UInt8] {
        var state = seed
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows * columns * frames * 2)
        for index in 0..<rows * columns * frames {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let sample = Int16(truncatingIfNeeded: index % 512 - 256 + Int(state >> 60))
            withUnsafeBytes(of: sample.littleEndian) { bytes += $0 }
        }
        return bytes
    }

    /// The data set without pixel data.
    public var dataSet: DataSet {
        var dataSet = DataSet([
            DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2"),
            DataElement(.sopInstanceUID, .UI, sop),
            DataElement(.studyDate, .DA, studyDate),
            DataElement(.accessionNumber, .SH, accessionNumber),
            DataElement(.modality, .CS, modality),
            DataElement(.patientName, .PN, patientName),
            DataElement(.patientID, .LO, patientID),
            DataElement(.studyInstanceUID, .UI, study),
            DataElement(.seriesInstanceUID, .UI, series),
            DataElement(.studyID, .SH, studyID),
            DataElement(.seriesNumber, .IS, String(seriesNumber)),
            DataElement(.instanceNumber, .IS, String(instanceNumber)),
            DataElement(.samplesPerPixel, .US, integers: [1]),
            DataElement(.photometricInterpretation, .CS, "MONOCHROME2"),
            DataElement(.rows, .US, integers: [rows]),
            DataElement(.columns, .US, integers: [columns]),
            DataElement(.bitsAllocated, .US, integers: [16]),
            DataElement(.bitsStored, .US, integers: [16]),
            DataElement(.highBit, .US, integers: [15]),
            DataElement(.pixelRepresentation, .US, integers: [1]),
        ])
        if frames > 1 { dataSet.set(DataElement(.numberOfFrames, .IS, String(frames))) }
        for element in elements { dataSet.set(element) }
        return dataSet
    }

    /// The P10 file, Explicit VR Little Endian.
    public func file() throws -> [UInt8] {
        let meta = PartTenWriter.fileMeta(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.2", sopInstanceUID: sop,
            transferSyntaxUID: TransferSyntax.explicitVRLittleEndian.uid)
        return try PartTenWriter.fileMetaBytes(meta) + PartTenWriter.dataSetBytes(dataSet) { _ in [] }
            + PartTenWriter.nativePixelDataHeader(vr: .OW, length: pixels.count) + pixels
    }
}
