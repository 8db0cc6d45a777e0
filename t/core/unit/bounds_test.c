
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A target that is too long to be judged is refused, and one with more unknown
 * pieces than any name has; one that is nested too deeply is unknown, and one at
 * the limit is judged; prints TAP.
 */


#define _DEFAULT_SOURCE  1

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "cguard/decision/cguard_unknown.h"
#include "tap.h"
#include "vectors.h"


/* how many nested escapes may wait */

#define BOUNDS_DEPTH  32

/* a first digit for all of them but one */

#define BOUNDS_THREES "3333333333333333333333333333333"

/* the end of an invalid range */

#define BOUNDS_NONE   1

/* larger than any offset */

#define BOUNDS_LEN    UINT32_MAX


/* what follows this many percent signs; escaped as in t/data */

typedef struct {
    const char           *before;
    size_t                percents;
    const char           *behind;
    cguard_reason_e       reason;
    size_t                start;
    size_t                end;       /* 0: the length of the target */
} bounds_case_t;


static void bounds_case(tap_t *t, const bounds_case_t *c);
static void bounds_odd(tap_t *t, const char *piece, unsigned counts);
static void bounds_long(tap_t *t);
static void bounds_reading(tap_t *t);


static const bounds_case_t  bounds_cases[] = {

    /* the last place on the stack is free: waiting escapes are unknown */

    { "/", BOUNDS_DEPTH - 1, "/../vpns", CGUARD_TRAVERSAL,
      BOUNDS_DEPTH + 1, 0 },
    { "/", BOUNDS_DEPTH - 1, "%2fx/../vpns", CGUARD_TRAVERSAL,
      BOUNDS_DEPTH + 5, 0 },
    { "/", BOUNDS_DEPTH - 1, "%/../vpns", CGUARD_TRAVERSAL,
      BOUNDS_DEPTH + 2, 0 },
    { "/", BOUNDS_DEPTH - 1, "\\xc0./../vpns", CGUARD_TRAVERSAL,
      BOUNDS_DEPTH + 3, 0 },
    { "/../vpns/", BOUNDS_DEPTH - 1, "%", CGUARD_TRAVERSAL, 1, 8 },

    /* no place is left: the waiting escapes are unknown, which is enough */

    { "/", BOUNDS_DEPTH, "/../vpns", CGUARD_TRAVERSAL,
      BOUNDS_DEPTH + 2, 0 },
    { "/", BOUNDS_DEPTH, "\\xc0./../vpn", CGUARD_TRAVERSAL,
      1, BOUNDS_DEPTH + 6 },
    { "/", BOUNDS_DEPTH, "\\xe2x/../vpn", CGUARD_TRAVERSAL,
      1, BOUNDS_DEPTH + 6 },
    { "/", BOUNDS_DEPTH, "\\xe2\\x80\\xa5/../vpns", CGUARD_TRAVERSAL,
      BOUNDS_DEPTH + 5, 0 },
    { "/vpns/?/.", BOUNDS_DEPTH, BOUNDS_THREES "2e", CGUARD_QUERY, 1, 0 },
    { "/vpns/?/.", BOUNDS_DEPTH + 1, "3" BOUNDS_THREES "2e", CGUARD_PASS,
      0, BOUNDS_NONE },
    { "/x?/", BOUNDS_DEPTH, "%x/../vpns", CGUARD_QUERY,
      BOUNDS_DEPTH + 7, 0 },
    { "/x?/", BOUNDS_DEPTH, "%x/..", CGUARD_PASS, 0, BOUNDS_NONE },
    { "/", BOUNDS_DEPTH, "x/..", CGUARD_TRAVERSAL, 1, 0 },
    { "/", BOUNDS_DEPTH, "x/vpns", CGUARD_TRAVERSAL, 1, 0 },
    { "/", BOUNDS_DEPTH, "x", CGUARD_PASS, 0, BOUNDS_NONE },

    /* a path with one more is not read to the end */

    { "/", BOUNDS_DEPTH, "%x/../vpns", CGUARD_MALFORMED,
      BOUNDS_DEPTH + 1, BOUNDS_DEPTH + 2 },
    { "/", BOUNDS_DEPTH, "%u002e/../vpns", CGUARD_MALFORMED,
      BOUNDS_DEPTH + 1, BOUNDS_DEPTH + 2 },
    { "/", BOUNDS_DEPTH, "%x", CGUARD_MALFORMED,
      BOUNDS_DEPTH + 1, BOUNDS_DEPTH + 2 },

    /* what was found before counts */

    { "/../vpns/", BOUNDS_DEPTH, "%", CGUARD_TRAVERSAL, 1, 8 },
    { "/%00/", BOUNDS_DEPTH, "%", CGUARD_MALFORMED, 1, 4 },
};


/* what a path may have CGUARD_ODD of, or as many as it likes; escaped, too */

static const struct {
    const char           *piece;
    unsigned              counts;
} bounds_pieces[] = {
    { "%", CGUARD_ODD_INCOMPLETE },
    { "%25x", CGUARD_ODD_INCOMPLETE },
    { "%2g", CGUARD_ODD_INCOMPLETE },
    { "%u12/", CGUARD_ODD_INCOMPLETE },
    { "%u0061", 1 },
    { "%u65e5/", 2 },
    { "\xaex", 1 },
    { "B\xc3\xbcro/", 1 },
    { "B%c3%bcro/", 1 },
    { "B%25fcro/", 1 },
    { "%ae\xaex", 2 },

    { "x", 0 },
    { "%20%41/", 0 },
    { "%25252541", 0 },
    { "%e6%97%a5", 0 },
    { "\xe6\x97\xa5", 0 },
};


int
main(void)
{
    tap_t   t = { 0, 0 };
    size_t  i;

    for (i = 0; i < sizeof(bounds_pieces) / sizeof(bounds_pieces[0]); i++) {
        bounds_odd(&t, bounds_pieces[i].piece, bounds_pieces[i].counts);
    }

    for (i = 0; i < sizeof(bounds_cases) / sizeof(bounds_cases[0]); i++) {
        bounds_case(&t, &bounds_cases[i]);
    }

    bounds_long(&t);
    bounds_reading(&t);

    return tap_done(&t);
}


static void
bounds_case(tap_t *t, const bounds_case_t *c)
{
    size_t            len, end;
    unsigned char    *p;
    cguard_result_t   res;
    vectors_bytes_t   before, behind;

    if (vectors_unescape(&before, c->before, strlen(c->before)) == -1
        || vectors_unescape(&behind, c->behind, strlen(c->behind)) == -1)
    {
        tap_ok(t, 0, "bad escape");
        return;
    }

    len = before.len + c->percents + behind.len;
    end = c->end == BOUNDS_NONE ? 0 : c->end ? c->end : len;

    p = malloc(len);
    if (p == NULL) {
        exit(2);
    }

    memcpy(p, before.data, before.len);
    memset(p + before.len, '%', c->percents);
    memcpy(p + before.len + c->percents, behind.data, behind.len);

    if (!tap_ok(t, cguard_target(p, len, 0, &res) == c->reason
                   && cguard_target(p, len, 0, NULL) == c->reason
                   && res.start == c->start && res.end == end,
                "%s, %zu percent signs, %s", c->before, c->percents,
                c->behind))
    {
        tap_diag("have %s, range %zu to %zu", cguard_reason_name(res.reason),
                 res.start, res.end);
        tap_diag("want %s, range %zu to %zu", cguard_reason_name(c->reason),
                 c->start, end);
    }

    free(p);
    free(before.data);
    free(behind.data);
}


/*
 * The most of a piece that is read to the end, and one more: nothing behind it
 * is clean, in a header's value, either.  A query may have any number.
 */

static void
bounds_odd(tap_t *t, const char *piece, unsigned counts)
{
    size_t                n, len, most;
    unsigned char        *p;
    cguard_reason_e       want;
    cguard_result_t       res;
    vectors_bytes_t       one;
    const unsigned char  *name;

    name = (const unsigned char *) "NSC_USER";
    most = counts ? CGUARD_ODD / counts : 8 * CGUARD_ODD;

    if (vectors_unescape(&one, piece, strlen(piece)) == -1
        || (p = malloc((most + 1) * one.len + 3)) == NULL)
    {
        exit(2);
    }

    p[0] = '/';
    p[1] = '?';

    for (n = 0; n <= most; n++) {
        memcpy(p + 2 + n * one.len, one.data, one.len);
    }

    len = most * one.len;
    p[2 + len + one.len] = 'z';

    tap_ok(t, cguard_target(p + 2, len, 0, NULL) == CGUARD_PASS
              && cguard_header(name, 8, p + 2, len, NULL) == CGUARD_PASS,
           "%zu times %s", most, piece);

    len += one.len + 1;
    want = counts ? CGUARD_MALFORMED : CGUARD_PASS;

    tap_ok(t, cguard_target(p + 2, len, 0, &res) == want
              && cguard_target(p + 2, len, CGUARD_ANY_PARENT, NULL)
                 == (counts ? CGUARD_PARENT : CGUARD_PASS)
              && (res.end == 0) == (counts == 0) && res.end < len
              && cguard_parts(p + 2, len, NULL, 0, 0, NULL) == want
              && cguard_header(name, 8, p + 2, len, NULL)
                 == (counts ? CGUARD_HEADER : CGUARD_PASS),
           "%zu times %s, and more", most + 1, piece);

    tap_ok(t, cguard_target(p, len + 2, 0, NULL) == CGUARD_PASS,
           "the same in a query");

    free(p);
    free(one.data);
}


/* never read: only one byte exists */

static void
bounds_long(tap_t *t)
{
    unsigned char         c;
    cguard_result_t       res;
    const unsigned char  *name;

    c = 'x';
    name = (const unsigned char *) "NSC_USER";

    tap_ok(t, cguard_parts(&c, BOUNDS_LEN, NULL, 0, CGUARD_NO_SSLVPN, &res)
              == CGUARD_MALFORMED
              && res.start == 0 && res.end == 0,
           "a path of 4 GiB");

    tap_ok(t, cguard_parts(&c, 1, &c, BOUNDS_LEN, CGUARD_NO_SSLVPN, &res)
              == CGUARD_MALFORMED
              && res.start == 0 && res.end == 0,
           "a query of 4 GiB");

    tap_ok(t, cguard_header(name, 8, &c, BOUNDS_LEN, &res) == CGUARD_HEADER
              && res.start == 0 && res.end == 0,
           "a header's value of 4 GiB");
}


/* untouched pages take no memory */

static void
bounds_reading(tap_t *t)
{
    void           *map;
    size_t          n, len;
    unsigned char  *p, buf[16];

    len = (size_t) BOUNDS_LEN + 4;

    map = mmap(NULL, len, PROT_READ|PROT_WRITE,
               MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);

    if (map == MAP_FAILED) {
        tap_ok(t, 0, "no address space for 4 GiB");
        return;
    }

    p = map;
    p[0] = '?';
    memcpy(p + BOUNDS_LEN - 4, "abcdef", 6);

    n = cguard_reading(p, len, BOUNDS_LEN - 4, buf, sizeof(buf));

    tap_ok(t, n == 3 && memcmp(buf, "abc", 3) == 0,
           "a reading ends at 4 GiB less 2 bytes");

    tap_ok(t, cguard_reading(p, len, BOUNDS_LEN - 1, buf, sizeof(buf)) == 0,
           "no reading begins there");

    (void) munmap(map, len);
}
