/// A moment as policies write it: an ISO 8601 date, with a time or without, or seconds since 1970.
struct PolicyDate: Comparable, Sendable {
    private let seconds: Double

    /// Reads `2026-11-27`, `2026-11-27T10:00Z`, `2026-11-27T10:00:00.5+01:00` or `1795773600`; nil for anything else.
    init?(_ text: String) {
        if let seconds = Double(text), text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) {
            self.seconds = seconds
            return
        }
        var rest = Substring(text)
        guard let year = rest.digits(4), rest.take("-"), let month = rest.digits(2), rest.take("-"),
            let day = rest.digits(2), (1...12).contains(month), (1...Self.days(of: month, year)).contains(day)
        else { return nil }
        var seconds = Double(Self.daysSince1970(year, month, day)) * 86_400
        if rest.take("T") {
            guard let hour = rest.digits(2), rest.take(":"), let minute = rest.digits(2), hour < 24, minute < 60 else {
                return nil
            }
            seconds += Double(hour * 3_600 + minute * 60)
            if rest.take(":") {
                guard let second = rest.digits(2), second <= 60 else { return nil }
                seconds += Double(second)
                if rest.take(".") {
                    let fraction = rest.prefix { $0.isASCII && $0.isNumber }
                    guard !fraction.isEmpty, let part = Double("0." + fraction) else { return nil }
                    seconds += part
                    rest = rest.dropFirst(fraction.count)
                }
            }
            guard let offset = Self.offset(&rest) else { return nil }
            seconds -= Double(offset)
        }
        guard rest.isEmpty else { return nil }
        self.seconds = seconds
    }

    static func < (left: Self, right: Self) -> Bool {
        left.seconds < right.seconds
    }

    /// `Z`, or hours and minutes east of it, in seconds.
    private static func offset(_ rest: inout Substring) -> Int? {
        if rest.take("Z") { return 0 }
        let isWest = rest.take("-")
        guard isWest || rest.take("+"), let hours = rest.digits(2), rest.take(":"), let minutes = rest.digits(2) else {
            return nil
        }
        return (hours * 3_600 + minutes * 60) * (isWest ? -1 : 1)
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        let years = 365 * before + before / 4 - before / 100 + before / 400
        // 719,162 days lie between the first of January of the years 1 and 1970.
        return years - 719_162 + (1..<month).reduce(0) { $0 + days(of: $1, year) } + day - 1
    }
}

extension Substring {
    /// Takes so many digits; nil, and nothing taken, when they are not there.
    fileprivate mutating func digits(_ count: Int) -> Int? {
        let digits = prefix(count)
        guard digits.utf8.count == count, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self = dropFirst(count)
        return Int(digits)
    }

    fileprivate mutating func take(_ character: Character) -> Bool {
        guard first == character else { return false }
        self = dropFirst()
        return true
    }
}
