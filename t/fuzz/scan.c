
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Log lines, by every parser of the command's: none reads past a line's end,
 * and what scan passes by would have been no finding.
 */


#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scan.h"
#include "vectors.h"


static const char  *scan_fuzz_formats[] = {
    "$host [$time_iso8601] $status \"$request_uri\" $remote_addr|$host",
    "%v %t \\\"%r\\\" %>s %O %h \\\"%{User-Agent}i\\\" %D",
    "$remote_addr $msec $request $citrix_guard_verdict",
    "$remote_addr \"$request_method $scheme://$host$request_uri\" $status",
};

#define SCAN_FUZZ_FORMATS                                                     \
    (sizeof(scan_fuzz_formats) / sizeof(scan_fuzz_formats[0]))


static scan_formats_t  scan_fuzz_custom[SCAN_FUZZ_FORMATS];
static scan_arena_t    scan_fuzz_arena;


static void scan_fuzz_line(scan_parser_t *ps, const uint8_t *data,
    size_t size);
static void scan_fuzz_judge(const scan_line_t *ln, const uint8_t *data,
    size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          i, n;
    const uint8_t  *p, *nl;
    scan_parser_t   ps;

    static int  ready;

    for (i = 0; !ready && i < SCAN_FUZZ_FORMATS; i++) {
        if (scan_custom_compile(&scan_fuzz_custom[i], scan_fuzz_formats[i],
                                i & 1))
        {
            abort();
        }
    }

    ready = 1;

    for (i = 0; i < SCAN_FUZZ_FORMATS; i++) {

        memset(&ps, 0, sizeof(scan_parser_t));

        ps.format = SCAN_UNKNOWN;
        ps.formats = &scan_fuzz_custom[i];

        for (p = data; p < data + size; p = nl + 1) {
            n = (size_t) (data + size - p);
            nl = memchr(p, '\n', n);
            nl = nl ? nl : p + n;

            scan_fuzz_line(&ps, p, (size_t) (nl - p));
        }
    }

    scan_arena_reset(&scan_fuzz_arena);

    return 0;
}


/* in a block of exactly that size, and a text no longer than the line */

static void
scan_fuzz_line(scan_parser_t *ps, const uint8_t *data, size_t size)
{
    scan_hit_t      hit;
    scan_line_t     ln;
    scan_parsed_e   parsed;
    unsigned char  *p;

    p = vectors_copy(data, size);
    ps->text = vectors_copy(data, size);

    parsed = scan_parse(ps, p, p + size, &ln);

    if (parsed == SCAN_REQUEST) {
        scan_fuzz_judge(&ln, data, size);

    } else if (parsed == SCAN_DAMAGED) {
        (void) scan_judge_damaged(p, p + size, 0, &scan_fuzz_arena, &hit);
    }

    /* the line as a target, as no log would have it */

    scan_line_init(&ln);

    ln.target.data = p;
    ln.target.len = size;
    ln.status = 200;

    scan_fuzz_judge(&ln, data, size);

    free(ps->text);
    free(p);
}


static void
scan_fuzz_judge(const scan_line_t *ln, const uint8_t *data, size_t size)
{
    int         found, dull;
    unsigned    policy;
    scan_hit_t  hit;

    for (policy = 0; policy < 4; policy++) {
        dull = scan_is_dull(ln->target.data, ln->target.len, policy);
        found = scan_judge_long(ln, policy, &scan_fuzz_arena, &hit);

        if (dull && found && ln->query.len == 0 && ln->verdict.len == 0
            && ln->outcome.len == 0)
        {
            fuzz_failed("scan passes by what is a finding", data, size);
        }

        if (found && (hit.outcome == SCAN_NOTHING
                      || hit.why == SCAN_WHY_NONE))
        {
            fuzz_failed("a finding without an outcome", data, size);
        }
    }
}
