public import Foundation

/// The shared corpus of real files beside the checkout, read where it lies.
///
/// A user's clone does not have it; tests that need it say so loudly and are skipped.
public enum TestCorpus {
    /// The corpus' `data` folder: `$ISOCENTER_SHARED/data`, else `../shared/data` beside the package; nil when absent.
    public static let directory: URL? = {
        let shared: URL
        if let path = ProcessInfo.processInfo.environment["ISOCENTER_SHARED"] {
            shared = URL(fileURLWithPath: path)
        } else {
            let package = URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            shared = package.deletingLastPathComponent().appendingPathComponent("shared")
        }
        let data = shared.appendingPathComponent("data")
        guard FileManager.default.fileExists(atPath: data.path) else {
            print("SKIPPED: the shared corpus is absent (\(data.path)); the corpus tests do not run")
            return nil
        }
        return data
    }()

    /// Whether the corpus is there; for `.enabled(if:)`.
    public static var isPresent: Bool {
        directory != nil
    }

    /// A file of the corpus, such as `dicom/explicit-le/CT_128x128_16b_CT_small.dcm`; nil when the corpus is absent.
    public static func url(_ path: String) -> URL? {
        directory?.appendingPathComponent(path)
    }
}
