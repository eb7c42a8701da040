import Catalog
import DICOM
import ImageSets

/// What the store must know of an instance to put it into an image set, all of it computed from what is kept of it.
struct InstanceFacts: Sendable {
    var grouping: GroupingKey
    var levels: ImageSetLevels
    let instance: InstanceAttributes
    /// The bytes that the instance takes in its image set's metadata document.
    let documentBytes: Int

    var sopInstanceUID: String { instance.sopInstanceUID }

    init(
        _ header: StoredHeader, storedTransferSyntaxUID: String, frames: [FrameRecord], warnings: [ImportFileWarning]
    ) {
        let dataSet = header.dataSet
        grouping = GroupingKey(dataSet)
        levels = ImageSetLevels(dataSet)
        var instance = InstanceAttributes(
            sopInstanceUID: dataSet.sopInstanceUID, sopClassUID: dataSet.string(.sopClassUID),
            warnings: Set(warnings.map(\.code)).sorted())
        instance.instanceNumber = dataSet.integer(.instanceNumber)
        instance.rows = dataSet.integer(.rows)
        instance.columns = dataSet.integer(.columns)
        instance.bitsAllocated = dataSet.integer(.bitsAllocated)
        instance.numberOfFrames = dataSet.integer(.numberOfFrames)
        self.instance = instance
        documentBytes = MetadataDocument.byteCount(
            of: header, storedTransferSyntaxUID: storedTransferSyntaxUID, frames: frames)
    }
}

extension ImageSetAttributes {
    /// What searches match and summaries show, from the levels of an image set.
    init(_ levels: ImageSetLevels) {
        self.init(grouping: GroupingKey(levels))
        let (patient, study, series) = (levels.patient, levels.study, levels.series)
        patientName = patient.string(.patientName)
        patientBirthDate = patient.string(.patientBirthDate)
        patientBirthTime = patient.string(.patientBirthTime)
        patientSex = patient.string(.patientSex)
        studyTime = study.string(.studyTime)
        studyDescription = study.string(.studyDescription)
        referringPhysicianName = study.string(.referringPhysicianName)
        modality = series.string(.modality)
        bodyPartExamined = series.string(.bodyPartExamined)
        seriesDescription = series.string(.seriesDescription)
        seriesDate = series.string(.seriesDate)
        seriesTime = series.string(.seriesTime)
    }
}
