/// An instant in whole seconds, in the one format that Signature Version 4 writes: `20150830T123600Z`, always UTC.
public struct SigningTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let secondsSince1970: Int

    /// An instant; one outside the years 0000 to 9999, which the format cannot write, is moved to the nearest inside.
    public init(secondsSince1970: Int) {
        self.secondsSince1970 = min(max(secondsSince1970, -62_167_219_200), 253_402_300_799)
    }

    /// Reads ISO 8601 basic format, `YYYYMMDD'T'HHMMSS'Z'`; nil for anything else, dates that do not exist included.
    public init?(basicFormat text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[4..<6]),
            let day = Self.number(bytes[6..<8]), let hour = Self.number(bytes[9..<11]),
            let minute = Self.number(bytes[11..<13]), let second = Self.number(bytes[13..<15])
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    /// Reads the date format of HTTP, `Sun, 30 Aug 2015 12:36:00 GMT` (IMF-fixdate, RFC 9110 5.6.7), also with the
    /// `-0000` that botocore puts for `GMT`.
    public init?(httpDate text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 29, bytes[3] == UInt8(ascii: ","),
            [" GMT", " -0000", " +0000"].contains(where: { bytes[25...].elementsEqual($0.utf8) }),
            [4, 7, 11, 16].allSatisfy({ bytes[$0] == UInt8(ascii: " ") }),
            bytes[19] == UInt8(ascii: ":"), bytes[22] == UInt8(ascii: ":"),
            let month = Self.months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
            let day = Self.number(bytes[5..<7]), let year = Self.number(bytes[12..<16]),
            let hour = Self.number(bytes[17..<19]), let minute = Self.number(bytes[20..<22]),
            let second = Self.number(bytes[23..<25])
        else { return nil }
        self.init(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
    }

    private init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60 else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        // The calendar turns 30 February into 2 March; such a text does not come back as itself.
        let civil = Self.civil(days: days)
        guard civil == (year, month, day) else { return nil }
        secondsSince1970 = days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// The instant as `20150830T123600Z`.
    public var basicFormat: String {
        let (days, time) = (days, secondsSince1970 - days * 86_400)
        return String(unsafeUninitializedCapacity: 16) { text in
            Self.writeDate(days, to: text)
            text[8] = UInt8(ascii: "T")
            Self.writeDigits(time / 3_600, 2, to: text, at: 9)
            Self.writeDigits(time / 60 % 60, 2, to: text, at: 11)
            Self.writeDigits(time % 60, 2, to: text, at: 13)
            text[15] = UInt8(ascii: "Z")
            return 16
        }
    }

    /// The day as `20150830`, which opens the credential scope.
    public var date: String {
        let days = days
        return String(unsafeUninitializedCapacity: 8) { text in
            Self.writeDate(days, to: text)
            return 8
        }
    }

    private static func writeDate(_ days: Int, to text: UnsafeMutableBufferPointer<UInt8>) {
        let (year, month, day) = civil(days: days)
        writeDigits(year, 4, to: text, at: 0)
        writeDigits(month, 2, to: text, at: 4)
        writeDigits(day, 2, to: text, at: 6)
    }

    /// The instant that many seconds later, or earlier when negative.
    public func advanced(by seconds: Int) -> SigningTime {
        let (sum, overflow) = secondsSince1970.addingReportingOverflow(seconds)
        return SigningTime(secondsSince1970: overflow ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Earlier before later.
    public static func < (left: SigningTime, right: SigningTime) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    private var days: Int {
        // Rounds towards the past, so that instants before 1970 fall into their own day.
        secondsSince1970 >= 0 ? secondsSince1970 / 86_400 : (secondsSince1970 - 86_399) / 86_400
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// Every request's time is written at least twice, so it is written in place.
    private static func writeDigits(
        _ value: Int, _ width: Int, to text: UnsafeMutableBufferPointer<UInt8>, at position: Int
    ) {
        var rest = value
        for place in stride(from: position + width - 1, through: position, by: -1) {
            text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    // The proleptic Gregorian calendar in eras of 400 years (146097 days). Years are counted from March, so that the
    // leap day is the last of its year and the months before a date follow from one linear formula.

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = (month <= 2 ? year - 1 : year) + 400
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return (era - 1) * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468 + 146_097
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = (era - 1) * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
