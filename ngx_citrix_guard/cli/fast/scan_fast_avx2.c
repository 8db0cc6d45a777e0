
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path by windows of 32 bytes: the same source as for 16, compiled for
 * processors with AVX2.
 */


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cli/bytes/scan_simd.h"
#include "cli/formats/scan_types.h"
#include "scan_fast_avx2.h"

#if SCAN_SSE2

#define SCAN_WIDE  1

/* from here on, but not for the system's headers */

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))),        \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
#endif

#endif

#include "scan_fast_lines.h"


const unsigned char *
scan_fast_avx2(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
#if SCAN_SSE2

    return scan_fast_lines(ps, p, last, passed);

#else

    (void) ps;
    (void) last;
    (void) passed;

    return p;

#endif
}


#if SCAN_SSE2

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif


int
scan_has_avx2(void)
{
#if SCAN_SSE2 && !defined(SCAN_NO_AVX2)

    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
           && __builtin_cpu_supports("bmi2");

#else

    return 0;

#endif
}
