import DICOM
import Testing

struct DataSetTests {
    private let name = DataElement(.patientName, .PN, "A^B")
    private let id = DataElement(.patientID, .LO, "1")
    private let modality = DataElement(.modality, .CS, "CT")

    @Test func elementsAreSortedWhateverTheOrderOfArrival() {
        let dataSet = DataSet([id, modality, name])
        #expect(dataSet.elements.map(\.tag) == [.modality, .patientName, .patientID])
    }

    @Test func laterOfTwoStays() {
        let dataSet = DataSet([name, modality, DataElement(.patientName, .PN, "C")])
        #expect(dataSet.count == 2)
        #expect(dataSet.string(.patientName) == "C")
    }

    @Test func subscriptInsertsReplacesAndRemoves() {
        var dataSet = DataSet()
        dataSet[.patientID] = id
        dataSet[.modality] = modality
        dataSet.set(name)
        #expect(dataSet.elements.map(\.tag) == [.modality, .patientName, .patientID])
        dataSet[.patientName] = DataElement(.patientName, .PN, "D")
        #expect(dataSet.string(.patientName) == "D")
        dataSet.remove(.patientName)
        dataSet.remove(.studyDate)
        #expect(dataSet == DataSet([modality, id]))
        #expect(dataSet[.patientName] == nil)
    }

    @Test func splitsBeforeATag() {
        let (before, after) = DataSet([modality, name, id]).split(before: .patientName)
        #expect(before == DataSet([modality]))
        #expect(after == DataSet([name, id]))
    }

    @Test func bulkValuesAreReplacedInItemsToo() {
        let bulk = BulkValue(offset: 10, length: 4)
        let item = DataSet([
            DataElement(.iconImageSequence, items: [DataSet([DataElement(.lutData, .OW, .bulk(bulk))])])
        ])
        #expect(item.holdsBulkValues)
        let replaced = item.replacingBulkValues { $0 == bulk && $1 == .OW ? [1, 2, 3, 4] : [] }
        #expect(replaced.items(.iconImageSequence)[0][.lutData]?.value.bytes == [1, 2, 3, 4])
        #expect(!replaced.holdsBulkValues)
    }
}
