import Catalog
import GRDB
import ImageSets

/// The columns that image sets, studies and series keep their attributes in: the same in the three tables.
enum AttributeColumns {
    static let names = [
        "patient_id", "patient_name", "patient_birth_date", "patient_birth_time", "patient_sex",
        "study_instance_uid", "study_date", "study_time", "study_id", "accession_number", "study_description",
        "referring_physician_name", "series_instance_uid", "series_number", "modality", "body_part_examined",
        "series_description", "series_date", "series_time", "performed_procedure_step_start_date",
        "performed_procedure_step_start_time",
    ]

    /// The names of `table`'s columns, for a SELECT.
    static func list(of table: String) -> String {
        names.map { "\(table).\($0)" }.joined(separator: ", ")
    }

    static func values(of attributes: ImageSetAttributes) -> [SQLValue] {
        let grouping = attributes.grouping
        return [
            present(grouping.patientID), attributes.patientName, attributes.patientBirthDate,
            attributes.patientBirthTime, attributes.patientSex,
            present(grouping.studyInstanceUID), present(grouping.studyDate), attributes.studyTime,
            present(grouping.studyID), present(grouping.accessionNumber), attributes.studyDescription,
            attributes.referringPhysicianName, present(grouping.seriesInstanceUID), present(grouping.seriesNumber),
            attributes.modality, attributes.bodyPartExamined,
            attributes.seriesDescription, attributes.seriesDate, attributes.seriesTime,
            attributes.performedProcedureStepStartDate,
            attributes.performedProcedureStepStartTime,
        ]
    }

    /// A grouping value as stored: NULL when absent, so that no search finds it.
    private static func present(_ value: String) -> String? {
        value.isEmpty ? nil : value
    }
}

extension ColumnReader {
    /// Reads the columns of ``AttributeColumns``.
    mutating func attributes() -> ImageSetAttributes {
        var grouping = GroupingKey(
            studyDate: "", accessionNumber: "", patientID: "", studyInstanceUID: "", studyID: "",
            seriesInstanceUID: "", seriesNumber: "")
        grouping.patientID = optionalText() ?? ""
        let (name, birthDate, birthTime, sex) = (optionalText(), optionalText(), optionalText(), optionalText())
        grouping.studyInstanceUID = optionalText() ?? ""
        grouping.studyDate = optionalText() ?? ""
        let studyTime = optionalText()
        grouping.studyID = optionalText() ?? ""
        grouping.accessionNumber = optionalText() ?? ""
        let (studyDescription, referringPhysicianName) = (optionalText(), optionalText())
        grouping.seriesInstanceUID = optionalText() ?? ""
        grouping.seriesNumber = optionalText() ?? ""
        var attributes = ImageSetAttributes(grouping: grouping)
        attributes.patientName = name
        attributes.patientBirthDate = birthDate
        attributes.patientBirthTime = birthTime
        attributes.patientSex = sex
        attributes.studyTime = studyTime
        attributes.studyDescription = studyDescription
        attributes.referringPhysicianName = referringPhysicianName
        attributes.modality = optionalText()
        attributes.bodyPartExamined = optionalText()
        attributes.seriesDescription = optionalText()
        attributes.seriesDate = optionalText()
        attributes.seriesTime = optionalText()
        attributes.performedProcedureStepStartDate = optionalText()
        attributes.performedProcedureStepStartTime = optionalText()
        return attributes
    }
}
