import CFrameWorkers
import Glibc

/// One frame worker: a child process, the socket to it, and the memory it shares.
final class WorkerProcess: Sendable {
    /// How a worker ended.
    enum End: Sendable, Equatable {
        /// It used up the processor time of its frame.
        case exhausted
        /// A signal from outside ended it, as the kernel does when memory runs out, or a person.
        case killed(signal: Int32)
        /// A library ended it.
        case crashed
    }

    let region: SharedRegion
    /// Whether the kernel filters its system calls.
    let isConfined: Bool
    private let channel: WorkerChannel
    private let socket: Int32
    private let process: pid_t

    /// Starts a worker and waits until it is ready; nil when it cannot be started.
    init?(executable: String, arguments: [String]) {
        guard let region = SharedRegion() else { return nil }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            return nil
        }
        let process = Self.spawn(executable, arguments, socket: ends[1], region: region.descriptor)
        close(ends[1])
        guard let process else {
            close(ends[0])
            return nil
        }
        self.region = region
        self.process = process
        socket = ends[0]
        channel = WorkerChannel(descriptor: ends[0])
        guard case .words(let words) = channel.receive(timeout: .seconds(60)),
            let status = WorkerReply(words: words)?.status, status == .ready || status == .readyUnconfined
        else {
            isConfined = false
            stop()
            return nil
        }
        isConfined = status == .ready
    }

    /// The id of the child process.
    var processID: Int32 { process }

    /// Sends a request and waits for its reply; nil when there is none, and the worker is to be ended.
    func exchange(_ request: WorkerRequest, patience: Duration) -> WorkerReply? {
        guard channel.send(request.words), case .words(let words) = channel.receive(timeout: patience) else {
            return nil
        }
        return WorkerReply(words: words)
    }

    /// Ends the process, whatever it does, and tells how it had ended before.
    @discardableResult
    func stop() -> End {
        // A worker that has ended keeps its own status; SIGSTOP and hangs end with SIGKILL.
        var status = Int32()
        var ended = waitpid(process, &status, WNOHANG)
        if ended == 0 {
            // The socket closes a moment before the process has ended, or longer where all cores are busy.
            var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, 0) > 0, entry.revents & Int16(POLLHUP) != 0 {
                for _ in 0..<5_000 where ended == 0 {
                    usleep(1_000)
                    ended = waitpid(process, &status, WNOHANG)
                }
            }
        }
        if ended == 0 {
            kill(process, SIGKILL)
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            close(socket)
            return .exhausted
        }
        close(socket)
        return Self.end(status)
    }

    private static func end(_ status: Int32) -> End {
        switch status & 0x7F {
        case SIGPROF, SIGXCPU, SIGVTALRM: .exhausted
        case SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT: .killed(signal: status & 0x7F)
        default: .crashed
        }
    }

    /// Starts the process with nothing of ours but the two descriptors: no environment, no other files.
    private static func spawn(
        _ executable: String, _ arguments: [String], socket: Int32, region: Int32
    ) -> pid_t? {
        // Out of the way of the numbers they shall have.
        let socketCopy = fcntl(socket, F_DUPFD_CLOEXEC, 10)
        let regionCopy = fcntl(region, F_DUPFD_CLOEXEC, 10)
        defer {
            if socketCopy >= 0 { close(socketCopy) }
            if regionCopy >= 0 { close(regionCopy) }
        }
        guard socketCopy >= 0, regionCopy >= 0 else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for standard: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, socketCopy, WorkerChannel.workerSocket)
        posix_spawn_file_actions_adddup2(&actions, regionCopy, WorkerChannel.workerRegion)
        fw_close_from(&actions, WorkerChannel.workerRegion + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that Ctrl-C reaches the server alone, which still needs its workers; and signals as a
        // new process has them.
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process = pid_t()
        guard posix_spawn(&process, executable, &actions, &attributes, &words, &environment) == 0 else { return nil }
        return process
    }
}
