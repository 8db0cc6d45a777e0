
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The prefilter once more, built as for a machine without SSE2, under a name
 * of its own beside the usual one.  No other file of the core asks for it.
 */


#define CGUARD_NO_SIMD  1
#define cguard_prefilter    plain_prefilter

#include "cguard/decision/cguard_prefilter.c"
