/// One condition as engines evaluate it: a match, or a date and a time taken as one instant.
package enum Criterion: Sendable, Hashable {
    /// A match by itself.
    case match(Match)
    /// A date and a time of one event between two instants (PS3.4 C.2.2.2.5, combined date-time matching).
    case instant(date: Match.Key, time: Match.Key, lower: Bound?, upper: Bound?)

    /// One end of a range of instants; a nil time is the start of the day in a lower and the end in an upper bound.
    package struct Bound: Sendable, Hashable {
        package var date: String
        package var time: String?
    }
}

extension IndexQuery {
    /// The conditions of the query, dates and times combined where the query wants it.
    package var criteria: [Criterion] {
        var rest = matches
        var combined: [Criterion] = []
        if combinesDateAndTime {
            for (date, time) in Match.Key.datesWithTimes {
                guard let dateIndex = rest.firstIndex(where: { $0.isRange(of: date) }),
                    let timeIndex = rest.firstIndex(where: { $0.isRange(of: time) }),
                    case .range(let firstDate, let lastDate) = rest[dateIndex].condition,
                    case .range(let firstTime, let lastTime) = rest[timeIndex].condition
                else { continue }
                rest.remove(at: max(dateIndex, timeIndex))
                rest.remove(at: min(dateIndex, timeIndex))
                combined.append(
                    .instant(
                        date: date, time: time, lower: firstDate.map { .init(date: $0, time: firstTime) },
                        upper: lastDate.map { .init(date: $0, time: lastTime) }))
            }
        }
        return combined + rest.map(Criterion.match)
    }
}

extension Match {
    fileprivate func isRange(of key: Key) -> Bool {
        guard case .range = condition else { return false }
        return self.key == key
    }
}

extension Match.Key {
    /// Dates with the time of the same event.
    fileprivate static let datesWithTimes: [(date: Self, time: Self)] = [
        (.patientBirthDate, .patientBirthTime), (.studyDate, .studyTime), (.seriesDate, .seriesTime),
        (.performedProcedureStepStartDate, .performedProcedureStepStartTime),
    ]
}
