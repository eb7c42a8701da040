import CMalloc
import CProcessor
import Glibc
import NIOCore

/// Settings of the process itself.
enum ProcessTuning {
    /// glibc hands buffers of 128 KiB and more back to the kernel at once, and the page faults of getting them again
    /// halve the throughput of frames (Documentation/decisions); keep them instead. Writing to a connection that the
    /// client closed is an error to handle, not a signal to die of.
    static func apply() {
        // glibc takes no more than half of a heap of 64 MiB here.
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 256 << 20)
        mallopt(M_ARENA_MAX, 4)
        signal(SIGPIPE, SIG_IGN)
        // As many event loops as cores that this process may use, which is fewer than the machine has under taskset or
        // in a container's cpuset; more would only take turns.
        NIOSingletons.groupLoopCountSuggestion = availableCoreCount
        // Connections and packs take descriptors; the soft limit of a shell is often 1,024.
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
    }

    /// How many cores this process may run on, which Foundation does not tell: it counts those of the machine.
    static var availableCoreCount: Int { Int(processor_available_core_count()) }
}
