import DICOM

/// The JSON document by which UpdateImageSetMetadata and CopyImageSet name parts of an image set: SchemaVersion and any
/// of Patient, Study, Study.Series.{uid} and ….Instances.{uid}, each with DICOM and DICOMVRs (spec/30).
///
/// Read, not yet judged: names and values stand as they came.
public struct ChangeDocument: Sendable, Equatable {
    /// The attributes named at one level.
    struct Section: Sendable, Equatable {
        var attributes: [JSONObject.Member] = []
        /// The VRs given for private and unknown attributes.
        var vrs: [Tag: VR] = [:]
        /// Whether the section was `{}`: in removals, an instance that goes as a whole.
        var isBare = true
    }

    struct Series: Sendable, Equatable {
        var uid: String
        var section: Section
        /// Nil when the document has no `Instances` for the series.
        var instances: [(uid: String, section: Section)]?

        static func == (left: Self, right: Self) -> Bool {
            left.uid == right.uid && left.section == right.section
                && left.instances?.map(\.uid) == right.instances?.map(\.uid)
                && left.instances?.map(\.section) == right.instances?.map(\.section)
        }
    }

    var patient = Section()
    var study = Section()
    var series: [Series] = []

    /// Reads a document; `member` is the request's member that it came in, for messages.
    public init(_ text: some Sequence<UInt8>, member: String) throws(ChangeRefusal) {
        let json: JSONValue
        do {
            json = try JSONValue(text)
        } catch {
            throw ChangeRefusal("\(member) is not a JSON document")
        }
        var reader = Reader(member: member)
        self = try reader.document(json)
    }

    private init() {}

    /// SOP Instance UIDs of instances with attributes whose VR neither the dictionary nor the document tells.
    public var instancesWithUntoldVRs: Set<String> {
        var found: Set<String> = []
        for (uid, section) in series.flatMap({ $0.instances ?? [] }) {
            let isUntold = section.attributes.contains { attribute in
                guard let tag = Tag(hexadecimal: attribute.name) else { return false }
                return section.vrs[tag] == nil && DataDictionary.entry(for: tag) == nil
            }
            if isUntold { found.insert(uid) }
        }
        return found
    }

    /// Takes a parsed document apart.
    private struct Reader {
        let member: String

        mutating func document(_ json: JSONValue) throws(ChangeRefusal) -> ChangeDocument {
            var document = ChangeDocument()
            var version: JSONValue?
            for entry in try object(json, "the document").members {
                switch entry.name {
                case "SchemaVersion": version = entry.value
                case "Patient":
                    document.patient = try section(entry.value, "Patient") { _, _ throws(ChangeRefusal) in false }
                case "Study":
                    document.study = try section(entry.value, "Study") { name, value throws(ChangeRefusal) in
                        guard name == "Series" else { return false }
                        document.series = try series(value)
                        return true
                    }
                default: throw unexpected(entry.name, "the document")
                }
            }
            let isKnown = version?.string == "1.1" || version?.double == 1.1
            guard isKnown else { throw ChangeRefusal("\(member) must have SchemaVersion 1.1") }
            return document
        }

        private func series(_ json: JSONValue) throws(ChangeRefusal) -> [Series] {
            var all: [Series] = []
            for entry in try object(json, "Study.Series").members {
                var instances: [(uid: String, section: Section)]?
                let section = try section(entry.value, "Series") { name, value throws(ChangeRefusal) in
                    guard name == "Instances" else { return false }
                    instances = try self.instances(value)
                    return true
                }
                all.append(Series(uid: entry.name, section: section, instances: instances))
            }
            return all
        }

        private func instances(_ json: JSONValue) throws(ChangeRefusal) -> [(uid: String, section: Section)] {
            var all: [(uid: String, section: Section)] = []
            for entry in try object(json, "Instances").members {
                let section = try section(entry.value, "Instances") { _, _ throws(ChangeRefusal) in false }
                all.append((entry.name, section))
            }
            return all
        }

        /// Reads `DICOM` and `DICOMVRs`; other members are offered to `takes`.
        private func section(
            _ json: JSONValue, _ place: String, takes: (String, JSONValue) throws(ChangeRefusal) -> Bool
        ) throws(ChangeRefusal) -> Section {
            var section = Section()
            let members = try object(json, place).members
            section.isBare = members.isEmpty
            for entry in members {
                switch entry.name {
                case "DICOM": section.attributes = try object(entry.value, "\(place).DICOM").members
                case "DICOMVRs":
                    for entry in try object(entry.value, "\(place).DICOMVRs").members {
                        guard let tag = Tag(hexadecimal: entry.name) ?? Tag(keyword: entry.name),
                            let vr = entry.value.string.flatMap({ VR(code: $0) })
                        else { throw ChangeRefusal("\(member): DICOMVRs must give a VR of DICOM for each tag") }
                        section.vrs[tag] = vr
                    }
                default:
                    guard try takes(entry.name, entry.value) else { throw unexpected(entry.name, place) }
                }
            }
            return section
        }

        private func object(_ json: JSONValue, _ place: String) throws(ChangeRefusal) -> JSONObject {
            guard let object = json.object else {
                throw ChangeRefusal("\(member): \(place) must be a JSON object")
            }
            return object
        }

        private func unexpected(_ name: String, _ place: String) -> ChangeRefusal {
            AttributeRules.madeByTheService.contains(name)
                ? ChangeRefusal("\(name) is made by the service and cannot be updated or removed")
                : ChangeRefusal("\(member): \(place) has a member that is not part of an image set's metadata")
        }
    }
}
