import Testing

@testable import Signing

struct SigningTimeTests {
    @Test(arguments: [
        (0, "19700101T000000Z"), (1_440_938_160, "20150830T123600Z"), (1_369_353_600, "20130524T000000Z"),
        (951_782_400, "20000229T000000Z"), (-1, "19691231T235959Z"), (4_107_542_399, "21000228T235959Z"),
        (4_107_542_400, "21000301T000000Z"), (253_402_300_799, "99991231T235959Z"),
        (-62_167_219_200, "00000101T000000Z"),
    ])
    func basicFormatIsWrittenAndReadAlike(seconds: Int, text: String) {
        #expect(SigningTime(secondsSince1970: seconds).basicFormat == text)
        #expect(SigningTime(basicFormat: text)?.secondsSince1970 == seconds)
        #expect(SigningTime(secondsSince1970: seconds).date == text.prefix(8))
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: -12_000, to: 146_097 - 12_000, by: 1) {
            let time = SigningTime(secondsSince1970: day * 86_400 + 43_200)
            guard SigningTime(basicFormat: time.basicFormat) == time else {
                Issue.record("\(time.basicFormat)")
                return
            }
        }
    }

    @Test(arguments: [
        "", "20150830T123600", "20150830t123600Z", "20150830T123600z", "20150830 123600Z", "20150830T1236000",
        "20151330T123600Z", "20150030T123600Z", "20150800T123600Z", "20150832T123600Z", "20150229T000000Z",
        "21000229T000000Z", "20150830T240000Z", "20150830T126000Z", "20150830T123660Z", "2015083xT123600Z",
        "+0150830T123600Z", "２０１５０８３０T123600Z",
    ])
    func whatIsNoInstantIsRefused(text: String) {
        #expect(SigningTime(basicFormat: text) == nil)
    }

    @Test(arguments: [
        ("Sun, 30 Aug 2015 12:36:00 GMT", true), ("Sun, 30 Aug 2015 12:36:00 -0000", true),
        ("Sun, 30 Aug 2015 12:36:00 +0100", false), ("Sunday, 30-Aug-15 12:36:00 GMT", false),
        ("Sun, 30 Aug 2015 12.36.00 GMT", false), ("Sun, 30 Xxx 2015 12:36:00 GMT", false), ("", false),
    ])
    func httpDateIsRead(text: String, isGood: Bool) {
        #expect(SigningTime(httpDate: text)?.secondsSince1970 == (isGood ? 1_440_938_160 : nil))
    }

    @Test func instantsBeyondTheFormatAreMovedInside() {
        #expect(SigningTime(secondsSince1970: .max).basicFormat == "99991231T235959Z")
        #expect(SigningTime(secondsSince1970: .min).basicFormat == "00000101T000000Z")
        #expect(SigningTime(secondsSince1970: .max).advanced(by: .max).basicFormat == "99991231T235959Z")
        #expect(SigningTime(secondsSince1970: .min).advanced(by: .min).basicFormat == "00000101T000000Z")
    }
}
