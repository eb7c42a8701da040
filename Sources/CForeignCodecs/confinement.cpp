#include "foreign_codecs.h"

#include <cerrno>
#include <cstdio>
#include <initializer_list>

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

void give_up(__rlimit_resource_t resource, rlim_t limit) {
    const rlimit value{limit, limit};
    // What cannot be lowered stays as it is; the filter of system calls stands behind it.
    (void)setrlimit(resource, &value);
}

// The private memory that the process had when it was confined.
uint64_t initial_memory = 0;

uint64_t private_memory() {
    std::FILE *file = std::fopen("/proc/self/statm", "re");
    if (!file) { return 0; }
    unsigned long total = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
    const int found =
        std::fscanf(file, "%lu %lu %lu %lu %lu %lu", &total, &resident, &shared, &text, &library, &data);
    std::fclose(file);
    return found == 6 ? static_cast<uint64_t>(data) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

bool allow(scmp_filter_ctx filter, int call) {
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

// Allows a call whose argument `index` is `value` in the bits of `mask`.
bool allow(scmp_filter_ctx filter, int call, unsigned int index, scmp_datum_t mask, scmp_datum_t value) {
    const scmp_arg_cmp argument{index, SCMP_CMP_MASKED_EQ, mask, value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &argument) == 0;
}

// All that decoding needs: memory, the socket, its own clock and limits, and to end.
bool filter_system_calls(int socket) {
    constexpr scmp_datum_t all = ~scmp_datum_t{0};
    // Anything else fails with EPERM, so that a library that asks for a file or a thread goes on without.
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) { return false; }
    bool is_complete = true;
    for (const int call :
         {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(exit),
          SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(getrandom),
          SCMP_SYS(clock_gettime), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(fstat),
          SCMP_SYS(restart_syscall), SCMP_SYS(setitimer)}) {
        is_complete = allow(filter, call) && is_complete;
    }
    // Memory that holds no code.
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
        is_complete = allow(filter, call, 2, PROT_EXEC, 0) && is_complete;
    }
    for (const int call : {SCMP_SYS(recvfrom), SCMP_SYS(sendto)}) {
        is_complete = allow(filter, call, 0, all, static_cast<scmp_datum_t>(socket)) && is_complete;
    }
    // Libraries complain on standard output and error, which lead nowhere.
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) {
        is_complete = allow(filter, SCMP_SYS(write), 0, all, static_cast<scmp_datum_t>(standard)) && is_complete;
    }
    // The limits of this process, and its own abort.
    is_complete = allow(filter, SCMP_SYS(prlimit64), 0, all, 0) && is_complete;
    is_complete = allow(filter, SCMP_SYS(tgkill), 0, all, static_cast<scmp_datum_t>(getpid())) && is_complete;
    // All threads, of which there should be one.
    is_complete = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && is_complete;
    const bool is_loaded = is_complete && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return is_loaded;
}

} // namespace

fc_confinement fc_confine(int socket) {
    initial_memory = private_memory();
    give_up(RLIMIT_CORE, 0);
    give_up(RLIMIT_FSIZE, 0);
    give_up(RLIMIT_NPROC, 0);
    give_up(RLIMIT_MEMLOCK, 0);
    // Descriptors that are open stay open; there will be no others.
    give_up(RLIMIT_NOFILE, 0);
    // A worker that has computed for an hour is replaced long before.
    give_up(RLIMIT_CPU, 3600);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return fc_confinement{filter_system_calls(socket) ? 1u : 0u};
}

int fc_limit(uint64_t cpu_milliseconds, uint64_t memory_bytes) {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(cpu_milliseconds / 1000);
    timer.it_value.tv_usec = static_cast<suseconds_t>(cpu_milliseconds % 1000 * 1000);
    // SIGPROF ends the process, as nobody catches it.
    if (setitimer(ITIMER_PROF, &timer, nullptr) != 0) { return errno; }
    if (memory_bytes == 0) { return 0; }
    rlimit limit{};
    if (getrlimit(RLIMIT_DATA, &limit) != 0) { return errno; }
    limit.rlim_cur = initial_memory + memory_bytes;
    if (limit.rlim_cur > limit.rlim_max) { limit.rlim_cur = limit.rlim_max; }
    return setrlimit(RLIMIT_DATA, &limit) == 0 ? 0 : errno;
}
