import Glibc

/// The three descriptors that every program is started with.
enum StandardStreams {
    /// Takes the place of each that whoever started the program has closed. The next file to be opened would: a log line
    /// would then be written into a pack, or what a pipe brings read from one.
    ///
    /// Reading and writing them fails as it does when they are closed: each is opened for the other.
    static func takeClosedPlaces() {
        for (descriptor, mode) in [
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest that is free, which is this one: those below it are open by now.
            _ = open("/dev/null", mode)
        }
    }
}
