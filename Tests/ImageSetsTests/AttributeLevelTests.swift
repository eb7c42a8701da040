import DICOM
import Testing

@testable import ImageSets

@Suite struct AttributeLevelTests {
    @Test(arguments: [
        (Tag.patientName, AttributeLevel.patient), (.patientID, .patient), (.referencedPatientSequence, .patient),
        (.patientIdentityRemoved, .patient), (Tag(0x0012, 0x0082), .patient),
        (.studyInstanceUID, .study), (.patientAge, .study), (.patientWeight, .study), (.accessionNumber, .study),
        (Tag(0x0040, 0x1012), .study), (Tag(0x0012, 0x0083), .study),
        (.modality, .series), (.seriesNumber, .series), (.stationName, .series), (.softwareVersions, .series),
        (.frameOfReferenceUID, .series), (.patientPosition, .series), (.treatmentSessionUID, .series),
        (.sopInstanceUID, .instance), (.specificCharacterSet, .instance), (.imageType, .instance),
        (.rows, .instance), (.windowCenter, .instance), (Tag(0x0009, 0x1010), .instance),
        (Tag(0x0000, 0x0000), .instance), (Tag(0xFFFF, 0xFFFF), .instance),
    ])
    func everyAttributeBelongsToTheLevelOfItsModule(tag: Tag, level: AttributeLevel) {
        #expect(AttributeLevel(tag) == level)
    }

    @Test func noAttributeBelongsToTwoLevels() {
        let tags = AttributeLevel.normalizedTags.flatMap(\.tags)
        #expect(tags.count == 140)
        #expect(Set(tags).count == tags.count)
    }

    @Test func everyListedTagIsFoundAtItsLevel() {
        for (level, tags) in AttributeLevel.normalizedTags {
            for tag in tags {
                #expect(AttributeLevel(Tag(rawValue: tag)) == level)
                #expect(DataDictionary.entry(for: Tag(rawValue: tag)) != nil)
            }
        }
    }
}
