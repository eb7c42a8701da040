#pragma once

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
