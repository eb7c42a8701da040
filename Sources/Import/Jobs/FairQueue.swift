import ImageSets
import Store

/// Things waiting for their turn: data stores take turns, in each its jobs take turns, in each job first come, first
/// served.
struct FairQueue<Element> {
    private typealias Line = (job: ImportJobReference, elements: [Element])
    private var stores: [(datastore: DatastoreID, lines: [Line])] = []

    /// Puts an element at the end of its job's line.
    mutating func append(_ element: Element, for job: ImportJobReference) {
        if let place = stores.firstIndex(where: { $0.datastore == job.datastore }) {
            if let line = stores[place].lines.firstIndex(where: { $0.job == job }) {
                stores[place].lines[line].elements.append(element)
            } else {
                stores[place].lines.append((job, [element]))
            }
        } else {
            stores.append((job.datastore, [(job, [element])]))
        }
    }

    /// Takes out the element whose turn it is among those of the jobs that may have one.
    mutating func next(
        where mayHave: (ImportJobReference) -> Bool = { _ in true }
    ) -> (job: ImportJobReference, element: Element)? {
        for place in stores.indices {
            guard let first = stores[place].lines.firstIndex(where: { mayHave($0.job) }) else { continue }
            var store = stores.remove(at: place)
            var line = store.lines.remove(at: first)
            let element = line.elements.removeFirst()
            if !line.elements.isEmpty { store.lines.append(line) }
            if !store.lines.isEmpty { stores.append(store) }
            return (line.job, element)
        }
        return nil
    }

    /// Takes out the first element that is meant, wherever it waits.
    mutating func remove(where isMeant: (Element) -> Bool) -> Element? {
        for store in stores.indices {
            for line in stores[store].lines.indices {
                guard let place = stores[store].lines[line].elements.firstIndex(where: isMeant) else { continue }
                let element = stores[store].lines[line].elements.remove(at: place)
                if stores[store].lines[line].elements.isEmpty { stores[store].lines.remove(at: line) }
                if stores[store].lines.isEmpty { stores.remove(at: store) }
                return element
            }
        }
        return nil
    }
}
