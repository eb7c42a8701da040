import Catalog
import DICOM
import Exchange
import FrameCodecs
import HTTPTypes
import ImageSets
import NIOCore
import Store

/// WADO-RS frames (PS3.18 10.4.1.1.4 "Frame Pixel Data"): one or more frames, bare codestreams or native samples.
struct RetrieveFrames: Transaction {
    static let patterns = [
        PathPattern(
            .get, "studies/{study}/series/{series}/instances/{instance}/frames/{frames}",
            action: "GetDICOMInstanceFrames")
    ]

    static func perform(_ context: TransactionContext) async throws -> Response {
        let instance = try await context.instance()
        let numbers = try frameNumbers(context.labels["frames"] ?? "", of: instance)
        let choice = try PixelSelection.choose(
            AcceptHeader(context.request.headers[.accept], query: context.request.query.all("accept")), for: instance)
        // The first frame is read before the head is sent: a frame that cannot be had is an error, not a cut answer.
        let (first, selection) = try await firstFrame(numbers[0], of: instance, choice)
        let contentType = "\(selection.mediaType); transfer-syntax=\(selection.transferSyntaxUID)"
        if !selection.isMultipart, numbers.count == 1 {
            return Response(
                status: .ok, headers: [.contentType: contentType, .cacheControl: "private"],
                body: .stream(length: first.length) { writer in try await first.write { try await writer.write($0) } })
        }
        let multipart = MultipartWriter(boundary: context.request.requestID)
        let location = context.urls.instance(
            try context.uid("instance"), series: try context.uid("series"), study: try context.uid("study"),
            below: "/frames/")
        return Response(
            status: .ok,
            headers: [.contentType: multipart.contentType(of: selection.mediaType), .cacheControl: "private"],
            body: .stream(length: nil) { writer in
                for (index, number) in numbers.enumerated() {
                    try await writer.write(multipart.header(contentType: contentType, location: location + "\(number)"))
                    let frame = index == 0 ? first : try await instance.frame(number, as: selection.form)
                    try await frame.write { try await writer.write($0) }
                }
                try await writer.write(multipart.end)
            })
    }

    /// A frame in the chosen form; as stored when the choice was ours and the frame turns out not to decode.
    private static func firstFrame(
        _ number: Int, of instance: StoredInstance, _ choice: PixelSelection
    ) async throws -> (StreamedBytes, PixelSelection) {
        do {
            return (try await instance.frame(number, as: choice.form), choice)
        } catch let error as StoreError where choice.isOurs && error.code == .notAcceptable {
            return (try await instance.frame(number, as: .stored), choice.asStored(instance))
        }
    }

    /// One or more distinct frame numbers, from 1, in the order asked; out of range is 404 (spec/40).
    private static func frameNumbers(_ list: String, of instance: StoredInstance) throws -> [Int] {
        let numbers = list.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard !numbers.isEmpty, numbers.count <= 10_000, numbers.allSatisfy({ $0 > 0 }) else {
            throw DICOMwebError(.badRequest, "The frame list must be numbers from 1, separated by commas")
        }
        guard Set(numbers).count == numbers.count else {
            throw DICOMwebError(.badRequest, "The frame list names a frame twice")
        }
        guard instance.frameCount > 0 || !instance.hasInseparableFrames else {
            throw DICOMwebError(
                .notAcceptable, "The frames cannot be told apart; the whole instance can be retrieved")
        }
        guard numbers.allSatisfy({ $0 <= instance.frameCount }) else {
            throw DICOMwebError(.notFound, "The instance has \(instance.frameCount) frames")
        }
        return numbers
    }
}

extension StoredInstance {
    /// Whether there is pixel data whose frames could not be found (spec/40 "Blob warnings").
    fileprivate var hasInseparableFrames: Bool {
        let codes: [ImportWarning.Code] = [.framesExtractionFailure, .frameNumberMismatch, .other]
        return codes.contains { record.attributes.warnings.contains($0.rawValue) }
    }
}

extension TransactionContext {
    /// The instance that the path names.
    func instance() async throws -> StoredInstance {
        try await datastore.instance(
            study: uid("study"), series: uid("series"), sop: uid("instance"), imageSet: imageSet(),
            version: version())
    }
}
