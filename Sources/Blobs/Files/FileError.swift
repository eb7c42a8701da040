import Glibc

/// A system call that failed.
struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call's name.
    var call: String
    /// The system's error number, such as `ENOSPC`.
    var number: Int32

    /// The failure of a call on purpose.
    init(call: String, number: Int32) {
        self.call = call
        self.number = number
    }

    /// The failure of the system call just made, whose number is in `errno`.
    init(_ call: String) {
        self.init(call: call, number: errno)
    }

    /// The call and the system's words for the number.
    var description: String {
        let words = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return "\(call): \(words)"
    }
}
