import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import NIOCore
import Store

/// The Store Instances Response Module (PS3.18 I.2) with the status that goes with it.
struct StoreResponse {
    private let context: TransactionContext
    private var stored: [(instance: StagedInstance, outcome: IngestOutcome)] = []
    private var refused: [RefusedInstance] = []

    init(
        context: TransactionContext, results: [Result<StagedInstance, RefusedInstance>], outcomes: IngestOutcomes
    ) {
        self.context = context
        var outcomes = outcomes.makeIterator()
        for result in results {
            switch result {
            case .success(let instance):
                switch outcomes.next() {
                case .success(let outcome): stored.append((instance, outcome))
                case .failure(let rejection):
                    refused.append(RefusedInstance(instance, reason: .init(rejection.reason)))
                case nil: break
                }
            case .failure(let instance):
                refused.append(instance)
            }
        }
    }

    /// 200 when all is stored as it came, 202 when something failed or carries a warning, 409 when nothing is stored
    /// (PS3.18 table 10.5.3-1). Python clients lose the reasons of a 409, so it is kept for the last case.
    private var status: HTTPResponse.Status {
        if stored.isEmpty { return .conflict }
        return refused.isEmpty && stored.allSatisfy { $0.instance.warnings.isEmpty } ? .ok : .accepted
    }

    /// 406 for a client that reads nothing but XML; asked before anything is stored. Any other Accept is answered with
    /// JSON (quirk Q12).
    static func requireAcceptable(_ request: Request) throws {
        let accept = AcceptHeader(request.headers[.accept], query: request.query.all("accept"))
        if !accept.accepts("application/dicom+json"), !accept.accepts("application/json"),
            accept.accepts("application/dicom+xml")
        {
            throw DICOMwebError(
                .notAcceptable, "application/dicom+xml is not supported; ask for application/dicom+json")
        }
    }

    func response() -> Response {
        Response(
            status: status, headers: [.contentType: "application/dicom+json"],
            body: .bytes(ByteBuffer(bytes: DICOMJSON.encode(module()))))
    }

    private func module() -> DataSet {
        var dataSet = DataSet()
        let studies = Set(stored.map(\.instance.studyInstanceUID))
        if studies.count == 1, let study = studies.first {
            dataSet.set(DataElement(.retrieveURL, .UR, context.urls.study(study)))
        }
        if !refused.isEmpty {
            dataSet.set(DataElement(.failedSOPSequence, items: refused.map(failedItem)))
        }
        if !stored.isEmpty {
            let items = stored.map { referencedItem($0.instance, $0.outcome) }
            dataSet.set(DataElement(.referencedSOPSequence, items: items))
        }
        return dataSet
    }

    private func failedItem(_ instance: RefusedInstance) -> DataSet {
        var item = DataSet()
        item.set(DataElement(.referencedSOPClassUID, .UI, instance.sopClassUID ?? ""))
        item.set(DataElement(.referencedSOPInstanceUID, .UI, instance.sopInstanceUID ?? ""))
        item.set(DataElement(.failureReason, .US, integers: [instance.reason.rawValue]))
        return item
    }

    private func referencedItem(_ instance: StagedInstance, _ outcome: IngestOutcome) -> DataSet {
        var item = DataSet()
        item.set(DataElement(.referencedSOPClassUID, .UI, instance.sopClassUID ?? ""))
        item.set(DataElement(.referencedSOPInstanceUID, .UI, instance.sopInstanceUID))
        let url = context.urls.instance(
            instance.sopInstanceUID, series: instance.seriesInstanceUID, study: instance.studyInstanceUID,
            imageSet: outcome.isPrimary ? nil : outcome.imageSet.description)
        item.set(DataElement(.retrieveURL, .UR, url))
        if let warning = instance.warnings.first {
            item.set(DataElement(.warningReason, .US, integers: [warning.code]))
        }
        return item
    }
}
