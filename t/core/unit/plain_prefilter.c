
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The prefilter once more, built without SSE2, under another name beside the
 * usual one.  No other file of the core uses it.
 */


#define CGUARD_NO_SIMD  1
#define cguard_prefilter    plain_prefilter

#include "cguard/decision/cguard_prefilter.c"
