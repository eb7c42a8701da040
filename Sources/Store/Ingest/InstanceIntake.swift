import Catalog
import DICOM
import FrameCodecs
import ImageSets

/// A P10 file that was read and found fit to be stored.
struct InstanceIntake: Sendable {
    let file: PartTenFile
    let header: StoredHeader
    /// Where the bytes of each bulk value of the header are.
    let bulkSources: [BulkSource]
    let pixels: FrameSource
    let warnings: [ImportFileWarning]

    /// What a file holds; throws ``ImportRejection`` when it cannot be read.
    static func read(_ content: any RandomAccessBytes) throws -> PartTenFile {
        do {
            return try PartTenReader.read(content)
        } catch {
            throw ImportRejection(error)
        }
    }

    /// Takes a file that was read; throws ``ImportRejection`` when it cannot be imported.
    init(
        _ file: PartTenFile, salt: [UInt8], format: StoragePlan.LosslessFormat, foreignCodec: (any ForeignCodec)?
    ) throws {
        self.file = file
        do {
            warnings = try ImportCheck.check(file)
                .map { ImportFileWarning(code: $0.code.rawValue, message: $0.message) }
        } catch {
            throw ImportRejection(error.isAboutIdentity ? .notUnderstood : .ruleBroken, error.message)
        }
        (header, bulkSources) = StoredHeader.taken(from: file, salt: salt)
        pixels = FrameSource(file, format: format, foreign: foreignCodec)
    }
}

extension ImportRejection {
    /// A reading error as the owner of the file sees it: what is wrong and where, never a value.
    fileprivate init(_ error: DICOMError) {
        switch error.code {
        case .unreadable:
            self.init(.processingFailure, "The file could not be read to its end")
        default:
            let place = error.tag.map { " at \($0.keyword ?? $0.hexadecimal)" } ?? ""
            self.init(
                .notUnderstood, "The file is not readable as DICOM: \(error.message)\(place), byte \(error.offset)")
        }
    }
}

extension ImportFailure {
    /// Whether the file lacks what makes it an instance, rather than breaking a limit.
    fileprivate var isAboutIdentity: Bool {
        switch reason {
        case .empty, .missing: true
        case .tooLong, .tooGreat: false
        }
    }
}
