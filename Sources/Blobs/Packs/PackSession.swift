/// Stands for whoever has a share in packs: a writer, a commit, a sequence of packs. Equal only to itself.
final class PackSession: Sendable, Hashable {
    static func == (left: PackSession, right: PackSession) -> Bool {
        left === right
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}
