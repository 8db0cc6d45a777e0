
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The status of a request in a line of pieces: behind it, or in front of it.
 * What could as well be something else is not known.
 */


#include <string.h>

#include "cli/bytes/scan_byte.h"
#include "cli/common/cli_types.h"
#include "scan_pieces_status.h"
#include "scan_pieces_request.h"
#include "cli/bytes/scan_prefilter.h"


/* a word of three digits that may be a status; 0 if "p" begins none */

static unsigned
scan_pieces_number(const unsigned char *p, const unsigned char *last,
    const unsigned char **end)
{
    unsigned  n;

    *end = p;

    if (last - p < 3 || *p < '1' || *p > '5' || !scan_is_digit(p[1])
        || !scan_is_digit(p[2])
        || (last - p > 3 && p[3] != ' ' && p[3] != '"' && p[3] != '|'
            && p[3] != '\t' && p[3] != ',' && p[3] != ';' && p[3] != ')'
            && p[3] != ']' && p[3] != '\'' && p[3] != '/'))
    {
        return 0;
    }

    n = (p[0] - (unsigned) '0') * 100 + (p[1] - (unsigned) '0') * 10
        + (p[2] - (unsigned) '0');
    *end = p + 3;

    return n;
}


int
scan_pieces_registered(unsigned n)
{
    return (n >= 100 && n <= 103) || (n >= 200 && n <= 208) || n == 226
           || (n >= 300 && n <= 308) || (n >= 400 && n <= 431) || n == 444
           || n == 451 || (n >= 494 && n <= 511) || (n >= 520 && n <= 530);
}


static const unsigned char *
scan_pieces_skip(const unsigned char *p, const unsigned char *last)
{
    while (p < last && (*p == ' ' || *p == '"' || *p == '|' || *p == '\t'
                        || *p == ',' || *p == ';' || *p == '\''))
    {
        p++;
    }

    return p;
}


/*
 * "08:00:00,200" has milliseconds, and "win 501, length 75" is prose: a comma
 * separates values only where it stands on both sides
 */

static int
scan_pieces_is_prose(const scan_pieces_t *pc, const unsigned char *p,
    const unsigned char *end)
{
    if (p > pc->p && p[-1] == ',') {
        return p - pc->p > 3 && scan_is_digit(p[-2]) && scan_is_digit(p[-3])
               && p[-4] == ':';
    }

    return *end == ',' && p > pc->p
           && !(p - pc->p > 1 && p[-1] == ' ' && p[-2] == ',');
}


static void
scan_pieces_size(const scan_pieces_t *pc, const unsigned char *end,
    cli_str_t *size)
{
    end = scan_pieces_skip(end, pc->request);

    if (end < pc->request && scan_is_digit(*end)) {
        size->data = end;
        size->len = (size_t) (pc->request - end);
    }
}


/* TCP_MISS/200 in front of the request: a number before it is a duration */

static unsigned
scan_pieces_squid(const scan_pieces_t *pc, cli_str_t *size)
{
    unsigned              n;
    const unsigned char  *p, *end;

    for (p = pc->p; (p = memchr(p, '/', (size_t) (pc->request - p))); p++) {

        if (p - pc->p < 3 || !scan_is_capital(p[-1])
            || !(scan_is_capital(p[-2]) || p[-2] == '_'))
        {
            continue;
        }

        n = scan_pieces_number(p + 1, pc->request, &end);

        if (n && scan_pieces_registered(n) && *end != '/') {
            scan_pieces_size(pc, end, size);
            return n;
        }
    }

    return 0;
}


/* right before the request, or the first of the numbers before it */

static unsigned
scan_pieces_before(const scan_pieces_t *pc, cli_str_t *size)
{
    unsigned              n, first;
    const unsigned char  *p, *end;

    first = scan_pieces_squid(pc, size);

    if (first) {
        return first;
    }

    for (p = pc->p; p < pc->request; p++) {

        if (p > pc->p && p[-1] != ' ' && p[-1] != '|' && p[-1] != '\t'
            && p[-1] != '"' && p[-1] != ',')
        {
            continue;
        }

        n = scan_pieces_number(p, pc->request, &end);

        if (n == 0 || (end < pc->request && *end == '/')
            || scan_pieces_is_prose(pc, p, end))
        {
            continue;
        }

        if (first && first != n) {

            /* two answers: the balancer's and the server's */

            continue;
        }

        if (first == 0 && scan_pieces_registered(n)) {
            first = n;
            scan_pieces_size(pc, end, size);
        }
    }

    return first;
}


/* "status: 200" behind the request, and not in quotes, as a client's words are */

static unsigned
scan_pieces_named(const scan_pieces_t *pc)
{
    unsigned              n, quoted;
    const unsigned char  *p, *q, *end;

    quoted = 0;
    q = pc->behind;

    for (p = q; (p = scan_find(p, (size_t) (pc->last - p), "status")); p = q) {

        for ( /* void */ ; q < p; q++) {
            quoted ^= *q == '"';
        }

        q = p + 6;

        while (q < pc->last && (*q == ':' || *q == '=' || *q == ' ')) {
            q++;
        }

        n = quoted || q == p + 6 ? 0 : scan_pieces_number(q, pc->last, &end);

        if (n) {
            return n;
        }
    }

    return 0;
}


/* Apache's ssl_request_log has the size behind the request, and no status */

static int
scan_pieces_is_size(const scan_pieces_t *pc, const unsigned char *end)
{
    const unsigned char  *p;

    p = scan_find(pc->p, (size_t) (pc->request - pc->p), " tlsv1");
    p = p ? p : scan_find(pc->p, (size_t) (pc->request - pc->p), " sslv3");

    return p != NULL && end == pc->last;
}


unsigned
scan_pieces_status(const scan_pieces_t *pc, cli_str_t *size)
{
    unsigned              after, before;
    const unsigned char  *p, *end, *next, *behind;

    p = scan_pieces_skip(pc->behind, pc->last);
    after = scan_pieces_number(p, pc->last, &behind);
    end = behind;

    /* a status that is not known; behind TCP_MISS/200 it is the user */

    if (p < pc->last && *p == '-' && pc->last - p > 1 && p[1] == ' ') {
        return scan_pieces_squid(pc, size);
    }

    if (after) {
        next = scan_pieces_skip(end, pc->last);

        if (next < pc->last && (scan_is_digit(*next) || *next == '-')) {

            /* and the size, if the request has no status in front */

            before = 0;

            if (pc->request - pc->p > 5) {
                p = pc->request - 1 - (pc->request[-1] == '"');
                p -= p > pc->p && *p == ' ' ? 3 : 2;

                if (p > pc->p && (p[-1] == ' ' || p[-1] == '"')) {
                    before = scan_pieces_number(p, pc->request, &end);
                }
            }

            if (!(before && scan_pieces_registered(before)
                  && !scan_pieces_registered(after)))
            {
                size->data = next;
                size->len = (size_t) (pc->last - next);

                return after;
            }
        }
    }

    before = scan_pieces_before(pc, size);

    if (before) {
        return before;
    }

    if (after && scan_pieces_registered(after)
        && !scan_pieces_is_size(pc, behind))
    {
        return after;
    }

    /* "(HTTP/1.1 200)", "HTTP/1.1 200", " [**] 200 [**] " */

    for (p = pc->behind; (p = scan_find(p, (size_t) (pc->last - p), "http/"));
         p += 5)
    {
        next = memchr(p, ' ', (size_t) (pc->last - p));

        if (next && next - p < 10) {
            after = scan_pieces_number(next + 1, pc->last, &end);

            if (after) {
                return after;
            }
        }
    }

    return scan_pieces_named(pc);
}
