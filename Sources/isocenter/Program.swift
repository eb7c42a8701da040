import ArgumentParser
import Dispatch
import ForeignCodecs
import Glibc

/// Where the program begins: as a frame worker, or as the command that its arguments name.
///
/// `isocenter frame-worker` is started by servers, not by people. It has to stay one thread that nothing else runs on,
/// and to end at once when its server is gone: the threads of an asynchronous main would spin on the system calls that a
/// worker has given up. So it is told apart before anything asynchronous begins, and ends without a last round through
/// libraries that saw hostile bytes.
@main
enum Program {
    static func main() {
        if CommandLine.arguments.dropFirst().elementsEqual(["frame-worker"]) {
            _exit(FrameWorker.run() ? 0 : 1)
        }
        StandardStreams.takeClosedPlaces()
        Task {
            await Isocenter.main()
            exit(0)
        }
        dispatchMain()
    }
}
