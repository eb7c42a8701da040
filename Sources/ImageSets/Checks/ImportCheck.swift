public import DICOM

/// Decides whether a file can become an instance, and what its owner should be told about it.
public enum ImportCheck {
    /// Checks a file: throws why it cannot be imported, or answers what is odd about it, at most one warning of each code
    /// and those by ascending code.
    ///
    /// A file needs a SOP Instance, Study Instance and Series Instance UID in its data set, and has to keep to the length
    /// limits. Identity is never made up: a SOP Instance UID that stands in the file meta information only does not count.
    /// A file without a Transfer Syntax UID has the one that the reader found by looking, unless its pixel data is
    /// encapsulated: then nobody can know what the fragments are.
    public static func check(_ file: PartTenFile) throws(ImportFailure) -> [ImportWarning] {
        try checkIdentity(file)
        try ImportLimits.check(file.dataSet)

        var warnings = readingWarnings(file.warnings)
        if let warning = SOPClassCheck.warning(file) { warnings.append(warning) }
        var values = ValueCheck()
        values.check(file.fileMeta)
        values.check(file.dataSet)
        warnings += values.warnings
        return warnings.sorted { $0.code.rawValue < $1.code.rawValue }
    }

    private static func checkIdentity(_ file: PartTenFile) throws(ImportFailure) {
        guard !file.dataSet.isEmpty else { throw ImportFailure(.empty) }
        if file.fileMeta.groupingText(.transferSyntaxUID, from: .ascii).isEmpty,
            case .encapsulated = file.pixelData?.form
        {
            throw ImportFailure(.missing(.transferSyntaxUID))
        }
        for tag in [Tag.sopInstanceUID, .studyInstanceUID, .seriesInstanceUID]
        where file.dataSet.groupingText(tag, from: .ascii).isEmpty {
            throw ImportFailure(.missing(tag))
        }
    }

    /// What the reader had to change or leave out. Oddities that lose nothing (a missing preamble, wrong lengths that
    /// could be put right) are not worth a warning; those of pixel data show when its frames are taken apart.
    private static func readingWarnings(_ warnings: [ReadingWarning]) -> [ImportWarning] {
        var coerced = NamedAttributes()
        var discarded = NamedAttributes()
        for warning in warnings {
            switch warning.code {
            case .unknownVR, .overlongValue: coerced.insert(warning.tag)
            case .duplicateElement, .discardedElement, .truncatedDeflate: discarded.insert(warning.tag)
            default: break
            }
        }
        return [
            coerced.warning(.coercionOfDataElements, "The file was imported but data elements were changed"),
            discarded.warning(.elementsDiscarded, "The file was imported but data elements were discarded"),
        ].compactMap(\.self)
    }
}

/// The attributes a warning is about: the first few by name, the rest by number.
struct NamedAttributes {
    private var names: [String] = []
    private var count = 0

    /// Adds an attribute; nil is one that the reader could not name.
    mutating func insert(_ tag: Tag?) {
        guard let tag else {
            count += 1
            return
        }
        let name = tag.name
        guard !names.contains(name) else { return }
        count += 1
        if names.count < 5 { names.append(name) }
    }

    /// A warning whose sentence is `text` and the names; nil when there are no attributes.
    func warning(_ code: ImportWarning.Code, _ text: String) -> ImportWarning? {
        guard count > 0 else { return nil }
        guard !names.isEmpty else { return ImportWarning(code) }
        let rest = count > names.count ? " and \(count - names.count) more" : ""
        return ImportWarning(code, message: "\(text): \(names.joined(separator: ", "))\(rest).")
    }
}
