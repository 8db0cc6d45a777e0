
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Whether several bytes may be looked at in one step.
 */


#ifndef _SCAN_SIMD_H_INCLUDED_
#define _SCAN_SIMD_H_INCLUDED_


#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)

#define SCAN_SSE2  1
#include <immintrin.h>

/* a loop over bytes has no time to call anything */

#define scan_inline  static inline __attribute__((always_inline))

#else

#define SCAN_SSE2  0

#endif


#endif /* _SCAN_SIMD_H_INCLUDED_ */
