
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: passes a line that contains nothing of interest, as most do.
 * Whatever is not as usual takes the full way: what is said here of a line is
 * what scan_parse() and scan_judge() would say.
 */


#include "cguard/decision/cguard_target.h"
#include "scan_fast.h"
#include "scan_fast_avx2.h"
#include "scan_fast_sse2.h"
#include "cli/formats/scan_types.h"


/* does the format of the line before have a fast path? */

static int
scan_fast_knows(const scan_parser_t *ps)
{
    if (ps->format == SCAN_CLF) {
        return 1;
    }

    /* the formats that are not remembered are tried after the user's own */

    if (ps->format >= SCAN_PAIRS && ps->formats->custom) {
        return 0;
    }

    return ps->format == SCAN_PIECES
           ? ps->shape.known
           : ps->layout.n && ps->layout.format == ps->format;
}


const unsigned char *
scan_fast(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, unsigned policy, unsigned changing,
    scan_passed_t *passed)
{
    passed->n = 0;

    if (changing && !scan_fast_stops(ps)) {
        return p;
    }

    /* where vpns alone is refused, too many lines are of interest */

    if ((policy & CGUARD_NO_SSLVPN) || !scan_fast_knows(ps)) {
        return p;
    }

    return scan_has_avx2() ? scan_fast_avx2(ps, p, last, passed)
                           : scan_fast_sse2(ps, p, last, passed);
}


int
scan_fast_stops(const scan_parser_t *ps)
{
    return ps->format == SCAN_CLF || ps->format == SCAN_JSON;
}
