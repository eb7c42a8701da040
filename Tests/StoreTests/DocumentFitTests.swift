import Testing

@testable import Store

/// The decision whether an import fits into a metadata document, from what is known (spec/10).
struct DocumentFitTests {
    private func verdict(
        standing: Int? = 0, exact: Bool = true, replaced: Int? = 0, arriving: Int
    ) -> DocumentFit.Verdict {
        DocumentFit(
            limit: 1_000, levels: 100, standing: InstanceBytes(bytes: standing, isExact: exact), replaced: replaced,
            arriving: arriving
        ).verdict
    }

    private func fits(_ bytes: Int, exact: Bool = true) -> DocumentFit.Verdict {
        .fits(InstanceBytes(bytes: bytes, isExact: exact))
    }

    @Test func exactlyTheLimitFitsAndOneByteMoreDoesNot() {
        #expect(verdict(arriving: 900) == fits(900))
        #expect(verdict(arriving: 901) == .exceeds)
        #expect(verdict(standing: 600, arriving: 300) == fits(900))
        #expect(verdict(standing: 600, arriving: 301) == .exceeds)
        #expect(verdict(standing: 600, replaced: 50, arriving: 350) == fits(900))
        #expect(verdict(standing: 600, replaced: 50, arriving: 351) == .exceeds)
    }

    @Test func aBoundIsEnoughForAYes() {
        #expect(verdict(standing: 600, exact: false, arriving: 300) == fits(900, exact: false))
        #expect(verdict(standing: 600, replaced: nil, arriving: 300) == fits(900, exact: false))
    }

    @Test func aNoAsksForTheReplacedInstancesFirstAndForTheWholeSetOnlyThen() {
        #expect(verdict(standing: 600, exact: false, replaced: nil, arriving: 301) == .dependsOnReplaced)
        #expect(verdict(standing: 600, exact: false, replaced: 300, arriving: 301) == fits(601, exact: false))
        #expect(verdict(standing: 900, exact: false, replaced: 300, arriving: 301) == .dependsOnStanding)
        #expect(verdict(standing: nil, exact: false, arriving: 1) == .dependsOnStanding)
        #expect(verdict(standing: 900, exact: true, replaced: 300, arriving: 301) == .exceeds)
    }

    @Test func whatIsTooMuchByItselfNeedsNoCount() {
        #expect(verdict(standing: nil, exact: false, replaced: nil, arriving: 901) == .exceeds)
    }
}
