
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds an attack outside of the request: in another field of a line, or in a
 * line that was not understood.
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_clf.h"
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


/* may what was found be a target of this request, and its answer be that? */

static int
scan_elsewhere_is_target(const scan_line_t *ln, scan_format_e format,
    const unsigned char *p, const unsigned char *last, scan_arena_t *arena,
    const cli_str_t *found)
{
    unsigned              quoted;
    cli_str_t             other;
    const unsigned char  *q;

    /* fields with names: those that may be one have been looked at */

    if (format == SCAN_JSON || format == SCAN_PAIRS || format == SCAN_TABLE) {
        return 0;
    }

    q = ln->size.data;

    if (format == SCAN_CLF && q > p && q < last
        && scan_search(p, q, 1, arena, &other) == CGUARD_PASS
        && scan_search(scan_clf_strings(q, last), last, 1, arena, &other)
           == CGUARD_PASS)
    {
        return 0;
    }

    if (found->data <= p || found->data >= last || found->data[-1] != ' ') {
        return 1;
    }

    /* a word within a string is a part of a text */

    for (quoted = 0, q = p; q < found->data; q++) {
        quoted ^= *q == '"' && (q == p || q[-1] != '\\');
    }

    return !quoted;
}


/*
 * A target in a field other than the request's gets that request's answer.
 * The referrer, which says where a link was, has no known answer; neither has
 * a text in the user agent.
 */

int
scan_judge_elsewhere(const scan_line_t *ln, scan_format_e format,
    const unsigned char *p, const unsigned char *last, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit)
{
    int          is;
    cli_str_t    found;
    scan_line_t  other;

    /* requests that the monitor sent say so */

    if (ln->canary || scan_is_quiet(p, last)
        || scan_search(p, last, 1, arena, &found) == CGUARD_PASS)
    {
        return 0;
    }

    other = *ln;
    other.others = 0;
    other.target = scan_arena_copy(arena, found.data, found.len);
    other.query.len = 0;
    other.verdict.len = 0;
    other.outcome.len = 0;

    /* a row of several lines may be rows whose quotes are wrong */

    if ((*other.target.data != '/' && *other.target.data != '\\')
        || memchr(p, SCAN_ROWS_END, (size_t) (last - p)
                                    - (last[-1] == SCAN_ROWS_END))
        || !scan_elsewhere_is_target(ln, format, p, last, arena, &found))
    {
        other.status = 0;
    }

    is = scan_judge_full(&other, policy, arena, hit);

    if (is && other.status == 0 && hit->why == SCAN_WHY_UNKNOWN) {
        hit->why = SCAN_WHY_FIELD;
    }

    return is;
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
