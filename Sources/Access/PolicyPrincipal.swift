/// One of those whom a trust policy is about.
public enum PolicyPrincipal: Sendable, Equatable {
    /// `*`: whoever it is.
    case anyone
    /// Everybody of an account: its number, or the ARN of its root.
    case account(String)
    /// One user or role, by ARN.
    case identity(String)
    /// A service, by name.
    case service(String)
    /// Who was authenticated elsewhere; nobody who asks here is.
    case federated(String)

    /// Reads a value of `AWS` in a `Principal`; nil when it is none.
    init?(identity text: String) {
        if text == "*" {
            self = .anyone
            return
        }
        if text.isAccountNumber {
            self = .account(text)
            return
        }
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", String(parts[4]).isAccountNumber, !text.contains("*") else {
            return nil
        }
        self = parts[5] == "root" && parts[2] == "iam" ? .account(String(parts[4])) : .identity(text)
    }

    /// Whether it is about whoever asks.
    func matches(_ principal: AccessRequest.Principal) -> Bool {
        switch (self, principal) {
        case (.anyone, _): true
        case (.service(let name), .service(let other)): name == other
        case (.identity(let name), .identity(let other)): name == other
        case (.account(let number), .identity(let name)):
            number == name.accountOfName
        default: false
        }
    }
}

extension String {
    /// Whether it is twelve digits.
    var isAccountNumber: Bool {
        utf8.count == 12 && utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The account in an ARN; empty where there is none.
    var accountOfName: String {
        split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first.map(String.init) ?? ""
    }
}
