
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The common log format and its variants: nginx's and Apache's combined, with
 * a server's name or a syslog header before it, the appliance's httpaccess.log
 * with "Time: N microsecs" at the end, and the FILE: of a grep.
 *
 *     CLIENT - USER [17/Jan/2020:10:00:00 +0100] "REQUEST" STATUS BYTES ...
 */


#include <string.h>

#include "scan_clf.h"
#include "scan_line.h"
#include "scan_pieces.h"
#include "scan_pieces_request.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_record.h"
#include "scan_time.h"
#include "scan_types.h"


/* how many "[" or quotes are tried: users and requests may contain some */

#define SCAN_CLF_TRIES  16


static const unsigned char *scan_clf_next(const unsigned char *p,
    const unsigned char *last);
static void scan_clf_rest(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last);
static int scan_clf_answer(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
static unsigned scan_clf_kind(const unsigned char *p,
    const unsigned char *last);


/* the "[" of the time */

static const unsigned char *
scan_clf_time(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned  tries;

    for (tries = 0; tries < SCAN_CLF_TRIES; tries++) {
        p = scan_find_near(p, last, '[');

        if (p == NULL || last - p < SCAN_CLF_LEN + 2) {
            return NULL;
        }

        if (p[SCAN_CLF_LEN + 1] == ']') {
            ln->time = scan_time_cached_clf(&ps->clock, p + 1);

            if (ln->time != SCAN_NO_TIME) {
                return p;
            }
        }

        p++;
    }

    return NULL;
}


scan_parsed_e
scan_clf(scan_parser_t *ps, const unsigned char *p, const unsigned char *last,
    scan_line_t *ln)
{
    unsigned              tries;
    scan_line_t           pieces;
    const unsigned char  *time, *request, *end;

    scan_line_init(ln);

    time = scan_clf_time(ps, p, last, ln);

    if (time == NULL) {
        return SCAN_DAMAGED;
    }

    ln->client.data = p;
    ln->client.len = (size_t) (time - p);

    p = time + SCAN_CLF_LEN + 2;

    if (last - p < 3 || p[0] != ' ' || p[1] != '"') {
        return SCAN_DAMAGED;
    }

    /* a missing or unusual line end */

    end = scan_clf_next(p, last);

    if (end) {
        ps->rest = end;
        ps->end = last;
        last = end;
    }

    request = end = p + 2;

    /* with "escape=none" a request may contain quotes; its end has a status */

    for (tries = 0; tries < SCAN_CLF_TRIES; tries++) {
        end = scan_find_near(end, last, '"');

        if (end == NULL) {
            return SCAN_DAMAGED;
        }

        if (scan_clf_answer(ps, end + 1, last, ln) == 0) {

            /* or it is the server's name, and the request follows later */

            if (!scan_is_request(request, end)
                && scan_pieces(ps, end + 1, last, &pieces) == SCAN_REQUEST)
            {
                pieces.status = pieces.status ? pieces.status : ln->status;
                pieces.client = ln->client;
                pieces.time = ln->time;
                *ln = pieces;

                return SCAN_REQUEST;
            }

            /* or other fields are between the time and the request */

            if (tries && !scan_is_request(request, end)
                && scan_pieces(ps, request, end, &pieces) == SCAN_REQUEST)
            {
                return SCAN_DAMAGED;
            }

            scan_request(ln, request, end);
            scan_clf_rest(ps, end + 1, last);

            return SCAN_REQUEST;
        }

        end++;
    }

    return SCAN_DAMAGED;
}


const unsigned char *
scan_clf_strings(const unsigned char *p, const unsigned char *last)
{
    unsigned  quotes;

    for (quotes = 0; p < last && quotes < 4; p++) {
        quotes += *p == '"' && p[-1] != '\\';
    }

    return p;
}


/* another request in the fields after this one, if it is an attack */

static void
scan_clf_rest(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last)
{
    if (ps->rest || ps->depth) {
        return;
    }

    ps->rest = scan_pieces_find(scan_clf_strings(p, last), last);
    ps->end = last;
}


/* where the next request of the same line begins, after this one's time */

static const unsigned char *
scan_clf_next(const unsigned char *p, const unsigned char *last)
{
    const unsigned char  *start, *cr;

    cr = memchr(p, '\r', (size_t) (last - p));

    /* a string of JSON may have several lines */

    cr = cr ? cr : memchr(p, '\n', (size_t) (last - p));

    if (cr) {
        while (cr < last && (*cr == '\r' || *cr == '\n')) {
            cr++;
        }

        return cr < last ? cr : NULL;
    }

    for (start = p; (p = scan_find_near(p, last, '[')); p++) {

        if (last - p < SCAN_CLF_LEN + 5) {
            return NULL;
        }

        if (memcmp(p + SCAN_CLF_LEN + 1, "] \"", 3) == 0
            && scan_time_clf(p + 1) != SCAN_NO_TIME)
        {
            break;
        }
    }

    if (p == NULL) {
        return NULL;
    }

    /* what precedes it, back to the quote or number before */

    while (p > start && p[-1] != '"') {
        p--;
    }

    return p > start ? p : NULL;
}


/* the status, and what begins with the size, if anything */

static int
scan_clf_answer(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned  a, b, c;

    if (last - p < 4 || p[0] != ' ' || (last - p > 4 && p[4] != ' ')) {
        return -1;
    }

    a = p[1] - (unsigned) '0';
    b = p[2] - (unsigned) '0';
    c = p[3] - (unsigned) '0';

    if (a > 9 || b > 9 || c > 9) {
        return -1;
    }

    ln->status = a * 100 + b * 10 + c;

    p += 4;

    if (p < last) {
        ln->size.data = ++p;
        ln->size.len = (size_t) (last - p);
    }

    if (ps->kinds == 0) {
        ps->kinds = scan_clf_kind(p, last);
    }

    return 0;
}


static unsigned
scan_clf_kind(const unsigned char *p, const unsigned char *last)
{
    if (scan_find(p, (size_t) (last - p), "\"time: ")) {
        return SCAN_KIND_TIME;
    }

    return memchr(p, '"', (size_t) (last - p)) ? SCAN_KIND_COMBINED
                                               : SCAN_KIND_COMMON;
}
