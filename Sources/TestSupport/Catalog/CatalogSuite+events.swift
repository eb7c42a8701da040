import Catalog
import ImageSets

extension CatalogSuite {
    static let eventChecks: [Check] = [
        Check("without sinks no event is kept") { catalog in
            try await catalog.write { transaction in
                try expect(transaction.eventSinks(), [])
                try transaction.insert(CatalogSample.event(1))
                try expect(transaction.setEventSinks(["a"]), 0)
                try expect(transaction.events(for: "a", limit: 10), [])
            }
        },
        Check("an event waits for every sink, in the order of writing, until that sink has taken it") { catalog in
            try await catalog.write { transaction in
                _ = try transaction.setEventSinks(["a", "b"])
                for id in [3, 1, 2] as [UInt128] { try transaction.insert(CatalogSample.event(id)) }
            }
            try await catalog.write { transaction in
                try expect(transaction.eventSinks(), ["a", "b"])
                let page = try transaction.events(for: "a", limit: 2)
                try expect(page.map(\.event), [CatalogSample.event(3), CatalogSample.event(1)])
                try transaction.removeEvents(Set(page.map(\.number)))
                // Gone already.
                try transaction.removeEvents(Set(page.map(\.number)))
                try expect(transaction.events(for: "a", limit: 10).map(\.event.id.value), [2])
                try expect(transaction.events(for: "b", limit: 10).map(\.event.id.value), [3, 1, 2])
                try expect(transaction.events(for: "c", limit: 10), [])
                try expect(transaction.events(for: "b", limit: 0), [])
            }
        },
        Check("events are removed one by one, and later ones come behind those that stay") { catalog in
            try await catalog.write { transaction in
                _ = try transaction.setEventSinks(["a"])
                for id in [1, 2, 3] as [UInt128] { try transaction.insert(CatalogSample.event(id)) }
                let page = try transaction.events(for: "a", limit: 10)
                try transaction.removeEvents([page[0].number, page[2].number])
                try transaction.insert(CatalogSample.event(4))
                let rest = try transaction.events(for: "a", limit: 10)
                try expect(rest.map(\.event.id.value), [2, 4])
                // No number is used again.
                try expect(page.contains { $0.number == rest[1].number }, false)
            }
        },
        Check("a new sink gets what is written from then on; what waits for one that is gone is dropped") { catalog in
            try await catalog.write { transaction in
                _ = try transaction.setEventSinks(["a", "b"])
                try transaction.insert(CatalogSample.event(1))
                try expect(transaction.setEventSinks(["b", "c"]), 1)
                try transaction.insert(CatalogSample.event(2))
                try expect(transaction.events(for: "a", limit: 10), [])
                try expect(transaction.events(for: "b", limit: 10).map(\.event.id.value), [1, 2])
                try expect(transaction.events(for: "c", limit: 10).map(\.event.id.value), [2])
                try expect(transaction.setEventSinks([]), 3)
                try transaction.insert(CatalogSample.event(3))
                try expect(transaction.setEventSinks(["b"]), 0)
                try expect(transaction.events(for: "b", limit: 10), [])
            }
        },
        Check("an event is kept with the change it tells of, or neither is") { catalog in
            try await catalog.write { _ = try $0.setEventSinks(["a"]) }
            struct Refusal: Error {}
            do {
                try await catalog.write { transaction in
                    try transaction.insert(CatalogSample.imageSet(1))
                    try transaction.insert(CatalogSample.event(1))
                    throw Refusal()
                }
            } catch is Refusal {}
            try await catalog.read { transaction in
                try expect(transaction.imageSet(ImageSetID(1)) == nil, true)
                try expect(transaction.events(for: "a", limit: 10), [])
            }
        },
    ]
}
