
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard itself has written of a request: an event, its line in the
 * error log, or its variables in a log.  The words are those of
 * conf/event.schema.json.
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "scan_event.h"
#include "scan_line.h"
#include "scan_types.h"


/* by reason: is it a sign of this hole? */

static const struct {
    const char           *name;
    unsigned              sign;
} scan_event_reasons[] = {
    { "traversal", 1 },
    { "query", 1 },
    { "vpns", 1 },
    { "parent", 1 },
    { "header", 1 },
    { "injection", 1 },
    { "unknown", 1 },
    { "malformed", 0 },
    { "upgrade", 0 },
    { "unseen", 0 },
    { "rule", 0 },
    { "error", 0 },
};


static const char  *scan_event_verdicts[] = {
    "blocked", "detected", "exempted", NULL
};


/* the reason may be one that the target does not show: a header field's */

void
scan_event_begin(scan_hit_t *hit)
{
    size_t              i;
    const scan_line_t  *ln;

    ln = &hit->request;
    hit->named = cguard_reason_name(hit->reason);

    for (i = 0; scan_event_verdicts[i]; i++) {
        hit->event |= scan_is(ln->verdict, scan_event_verdicts[i]);
    }

    hit->event |= scan_is(ln->outcome, "scan-success")
                  || scan_is(ln->outcome, "exploit-suspected");

    if (!hit->event) {
        return;
    }

    hit->sign = 1;

    for (i = 0;
         i < sizeof(scan_event_reasons) / sizeof(scan_event_reasons[0]);
         i++)
    {
        if (scan_is(ln->reason, scan_event_reasons[i].name)) {
            hit->sign = scan_event_reasons[i].sign;

            if (hit->reason == CGUARD_PASS) {
                hit->named = scan_event_reasons[i].name;
            }
        }
    }
}


/* 1: that is all there is to say */

int
scan_event(scan_hit_t *hit)
{
    const scan_line_t  *ln;

    ln = &hit->request;

    if (!hit->event) {
        return 0;
    }

    if (ln->canary) {
        hit->outcome = SCAN_NOTHING;

    } else if (scan_is(ln->outcome, "exploit-suspected")) {
        hit->outcome = SCAN_EXPLOIT;
        hit->why = SCAN_WHY_EVENT;

    } else if (scan_is(ln->outcome, "scan-success")) {
        hit->outcome = SCAN_SCAN_SUCCESS;
        hit->why = SCAN_WHY_EVENT;

    } else if (hit->sign == 0 && hit->is == 0
               && (hit->reason == CGUARD_PASS
                   || hit->reason == CGUARD_MALFORMED))
    {
        hit->outcome = SCAN_MALFORMED;
        hit->why = SCAN_WHY_EVENT_OTHER;

    } else if (scan_is(ln->verdict, "blocked")) {
        hit->outcome = SCAN_BLOCKED;
        hit->why = SCAN_WHY_GUARD;

    } else {
        return 0;
    }

    return 1;
}
