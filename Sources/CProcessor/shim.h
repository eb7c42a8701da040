#pragma once
#include <sys/syscall.h>
#include <unistd.h>

/// How many cores this process may run on, as taskset or a container's cpuset leave it; at least 1.
static inline int processor_available_core_count(void) {
    // The call and not its wrapper, which Swift's view of the C library lacks. 8,192 cores are the most that Linux knows.
    unsigned long cores[8192 / (8 * sizeof(unsigned long))] = {0};
    long length = syscall(SYS_sched_getaffinity, 0, sizeof cores, cores);
    int count = 0;
    for (long index = 0; index < length / (long)sizeof(unsigned long); index++) {
        count += __builtin_popcountl(cores[index]);
    }
    return count > 0 ? count : 1;
}

/// Whether the processor and the operating system offer AVX2, BMI2 and LZCNT.
static inline int processor_has_avx2_bmi2_lzcnt(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("lzcnt");
#else
    return 0;
#endif
}
