
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds an attack outside of the request: in another field of a line, or in a
 * line that was not understood.
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_line.h"
#include "cli/bytes/scan_quiet.h"
#include "cli/formats/scan_rows.h"
#include "cli/formats/scan_types.h"
#include "scan_elsewhere.h"
#include "scan_arena.h"
#include "scan_judge.h"
#include "scan_search.h"


/* how much of it is kept */

#define SCAN_KEEP  2048


/*
 * A target in a field other than the request's gets that request's answer.
 * The referrer, which says where a link was, has no known answer.
 */

int
scan_judge_elsewhere(const scan_line_t *ln, const unsigned char *p,
    const unsigned char *last, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit)
{
    cli_str_t    found;
    scan_line_t  other;

    /* requests that the monitor sent say so */

    if (ln->canary || scan_is_quiet(p, last)
        || scan_search(p, last, 1, arena, &found) == CGUARD_PASS)
    {
        return 0;
    }

    other = *ln;
    other.target = scan_arena_copy(arena, found.data, found.len);
    other.query.len = 0;
    other.verdict.len = 0;
    other.outcome.len = 0;

    /* a row of several lines may be rows whose quotes are wrong */

    if ((*other.target.data != '/' && *other.target.data != '\\')
        || memchr(p, SCAN_ROWS_END, (size_t) (last - p)
                                    - (last[-1] == SCAN_ROWS_END)))
    {
        other.status = 0;
    }

    return scan_judge_full(&other, policy, arena, hit);
}


/* a damaged line is not a request, but may hold the rest of one */

int
scan_judge_damaged(const unsigned char *p, const unsigned char *last,
    unsigned policy, scan_arena_t *arena, scan_hit_t *hit)
{
    cli_str_t        found;
    cguard_reason_e  reason;

    (void) policy;

    reason = scan_search(p, last, 0, arena, &found);

    if (reason == CGUARD_PASS) {
        return 0;
    }

    memset(hit, 0, sizeof(scan_hit_t));
    scan_line_init(&hit->request);

    hit->reason = reason;
    hit->named = cguard_reason_name(reason);
    hit->damaged = 1;

    hit->outcome = SCAN_NOT_KNOWN;
    hit->why = SCAN_WHY_UNKNOWN;

    hit->request.target = scan_arena_copy(arena, found.data,
                                          found.len < SCAN_KEEP ? found.len
                                                                : SCAN_KEEP);

    return 1;
}
