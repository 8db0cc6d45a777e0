
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The core as one file, for Frama-C, so that an inline function is proved
 * once, and the tables are known.
 */


#include <stddef.h>
#include <stdint.h>
#include <string.h>


/* memchr() for unsigned characters, so that WP sees the same memory */

/*@ requires n > 0 ==> \valid_read(p + (0 .. n - 1));
    assigns \result \from p, c, n, p[0 .. n - 1];
    ensures \result == \null
      || (\exists integer k; 0 <= k < n && \result == p + k && p[k] == c); */
const unsigned char *cguard_memchr(const unsigned char *p, int c, size_t n);

#define memchr  cguard_memchr

#include "cguard/decision/cguard_byte.c"
#include "cguard/decision/cguard_escape.c"

#undef HEX
#undef U
#undef CONT
#undef PCT
#undef OPEN
#undef LEAD
#undef NOISE
#undef EMIT
#undef EXTEND
#undef DROP
#undef BEGIN

#include "cguard/decision/cguard_sign.c"
#include "cguard/decision/cguard_compat.c"
#include "cguard/decision/cguard_prefilter.c"
#include "cguard/decision/cguard_reading.c"
#include "cguard/decision/cguard_unknown.c"
#include "cguard/decision/cguard_target.c"
#include "cguard/session/cguard_cgp.c"
#include "cguard/session/cguard_hello.c"
#include "cguard/session/cguard_rdp.c"
#include "cguard/session/cguard_socks5.c"
#include "cguard/session/cguard_session.c"
#include "cguard/rules/cguard_form.c"
#include "cguard/rules/cguard_aho_corasick.c"
#include "cguard/rules/cguard_rule_parse.c"
