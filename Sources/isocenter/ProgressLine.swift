import Foundation
import Synchronization

/// One line on a terminal that is written over as work goes on; silent where standard error is no terminal.
final class ProgressLine: Sendable {
    private let isShown: Bool
    private let last = Mutex(ContinuousClock.now - .seconds(1))

    init(isShown: Bool = true) {
        self.isShown = isShown && isatty(STDERR_FILENO) == 1
    }

    /// Shows a text, at most ten times a second.
    func show(_ text: String, isFinal: Bool = false) {
        guard isShown else { return }
        let isDue = last.withLock { last in
            guard isFinal || last.duration(to: .now) > .milliseconds(100) else { return false }
            last = .now
            return true
        }
        if isDue { write("\r\u{1B}[2K\(text)") }
    }

    /// Shows how much of a whole is done as a bar.
    func show(done: Int, of whole: Int, _ text: String) {
        let width = 30
        let filled = whole > 0 ? done * width / whole : 0
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        show("[\(bar)] \(done)/\(whole) \(text)", isFinal: done == whole)
    }

    func clear() {
        if isShown { write("\r\u{1B}[2K") }
    }

    private func write(_ text: String) {
        // A terminal that has gone must not end the work: `write(_:)` would trap.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
