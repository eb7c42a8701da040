import Catalog
import DICOM
import Foundation
import ImageSets
import Store

extension JSONWriter {
    /// A role as IAM's API describes it; its inline policies by name where they are asked for.
    mutating func write(_ role: RoleRecord, of store: Store, withPolicies: Bool) throws {
        beginObject()
        member("Path", role.path)
        member("RoleName", role.name)
        member("Arn", store.name(of: role))
        let created = Date(timeIntervalSince1970: Double(role.createdAt.milliseconds) / 1_000)
        member("CreateDate", created.ISO8601Format())
        name("AssumeRolePolicyDocument")
        value(try JSONValue(role.trustPolicy.utf8))
        if withPolicies {
            try object("RolePolicies") { json in
                for (name, document) in role.policies.sorted(by: { $0.key < $1.key }) {
                    json.name(name)
                    json.value(try JSONValue(document.utf8))
                }
            }
        }
        endObject()
    }
}
