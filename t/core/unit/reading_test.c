
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The reading of a target, into buffers of every size; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


#define READING_LONG  5000


typedef struct {
    const char           *target;    /* escaped as in t/data */
    size_t                from;
    const char           *reading;
} reading_case_t;


static void reading_sizes(tap_t *t, const reading_case_t *r);
static void reading_long(tap_t *t);


static const reading_case_t  reading_cases[] = {
    { "", 0, "" },
    { "/vpn/index.html", 0, "/vpn/index.html" },
    { "/vpn/../vpns/", 0, "/vpn/../vpns/" },
    { "/vpn/../vpns/", 5, "../vpns/" },
    { "/vpn/../vpns/", 13, "" },
    { "/vpn/%2e%2e/vpns/", 0, "/vpn/../vpns/" },
    { "/vpn/%2e%2e/vpns/", 5, "../vpns/" },
    { "/vpn/%252e%252e%252fvpns", 0, "/vpn/../vpns" },
    { "/vpn/%%32%65./vpns", 0, "/vpn/../vpns" },
    { "/vpn\\\\..\\\\VPNS", 0, "/vpn/../VPNS" },
    { "/a%5cb%255cc", 0, "/a/b/c" },
    { "/vpn/..;x=y/vpns;z/a", 0, "/vpn/../vpns/a" },
    { "/a%3bx/b", 0, "/a/b" },
    { "/vpn/..%00/vp%09ns\\t", 0, "/vpn/../vpns" },
    { "/a%20b c\\x7f", 0, "/abc" },
    { "/vpn/%c0%ae%c0%ae/", 0, "/vpn/../" },
    { "/vpn/%c0../", 0, "/vpn/../" },
    { "/%uff0e%uff0e/x", 0, "/../x" },
    { "/%e2%80%a5/x", 0, "/../x" },
    { "/%ef%bd%96%ef%bd%90ns", 0, "/vpns" },
    { "/100%", 0, "/100%" },
    { "/a%2", 0, "/a%2" },
    { "/a%zz", 0, "/a%zz" },
    { "/a", 3, "" },

    /* unfinished ones as they are */

    { "/a%u/", 0, "/a%u/" },
    { "/a%uz", 0, "/a%uz" },
    { "/a%u12z/", 0, "/a%u12z/" },
    { "/a%u123", 0, "/a%u123" },
    { "/%2%2%", 0, "/%2%2%" },
    { "/%e2%96x", 0, "/\\xe2\\x96x" },
    { "/%f1%82%9e", 0, "/\\xf1\\x82\\x9e" },
    { "/%ff", 0, "/\\xff" },

    /* code points that are not ASCII */

    { "/%u0416%c3%97", 0, "/\\xd0\\x96\\xc3\\x97" },
    { "/%u07ff%u0800", 0, "/\\xdf\\xbf\\xe0\\xa0\\x80" },
    { "/%u65e5%e6%97%a5", 0, "/\\xe6\\x97\\xa5\\xe6\\x97\\xa5" },
    { "/%ef%bf%bf%f0%90%80%80", 0, "/\\xef\\xbf\\xbf\\xf0\\x90\\x80\\x80" },
    { "/%f0%9f%a5%9e", 0, "/\\xf0\\x9f\\xa5\\x9e" },
    { "/%f4%8f%bf%bf", 0, "/\\xf4\\x8f\\xbf\\xbf" },
    { "/%f4%90%80%80", 0, "/\\xf4\\x8f\\xbf\\xbf" },

    /* parameters, and the query */

    { "/a+b%2bc", 0, "/a+b+c" },
    { "/a;%u65e5%zz%c3/b", 0, "/a/b" },
    { "/a;b?c;d?e", 0, "/a?c" },
    { "/a?b/%2e%2e", 2, "?b/.." },
    { "/a?b/%2e%2e", 4, "/.." },
};


int
main(void)
{
    tap_t   t = { 0, 0 };
    size_t  i;

    for (i = 0; i < sizeof(reading_cases) / sizeof(reading_cases[0]); i++) {
        reading_sizes(&t, &reading_cases[i]);
    }

    tap_ok(&t, cguard_reading(NULL, 0, 0, NULL, 0) == 0,
           "no reading at all");

    reading_long(&t);

    return tap_done(&t);
}


/* every size of the buffer, in a block of exactly that size */

static void
reading_sizes(tap_t *t, const reading_case_t *r)
{
    int               ok;
    size_t            size, n, len;
    unsigned char    *buf;
    vectors_bytes_t   target, reading;

    if (vectors_unescape(&target, r->target, strlen(r->target)) == -1
        || vectors_unescape(&reading, r->reading, strlen(r->reading)) == -1)
    {
        tap_ok(t, 0, "bad escape: %s", r->target);
        return;
    }

    len = reading.len;
    ok = 1;

    for (size = 0; size <= len + 2; size++) {
        buf = malloc(size);

        n = cguard_reading(target.data, target.len, r->from, buf, size);

        if (n != (size < len ? size : len)
            || (n && memcmp(buf, reading.data, n) != 0))
        {
            tap_diag("size %zu: length %zu, \"%.*s\"", size, n,
                     (int) (n < size ? n : size), (char *) buf);
            ok = 0;
        }

        free(buf);
    }

    tap_ok(t, ok, "reading from %zu: %s", r->from, r->target);

    free(target.data);
    free(reading.data);
}


/* a reading that would not reach the range begins there */

static void
reading_long(tap_t *t)
{
    size_t            len, n;
    unsigned char    *p, buf[16];
    cguard_result_t   res;

    static const char  attack[] = "/%2e%2e/vpns/portal/x.xml";

    len = READING_LONG + sizeof(attack) - 1;

    p = malloc(len);
    if (p == NULL) {
        tap_ok(t, 0, "no memory");
        return;
    }

    memset(p, 'a', READING_LONG);
    p[0] = '/';
    memcpy(p + READING_LONG, attack, sizeof(attack) - 1);

    tap_ok(t, cguard_target(p, len, 0, &res) == CGUARD_TRAVERSAL
              && res.start == READING_LONG + 1
              && res.end == READING_LONG + 12,
           "range behind %d bytes", READING_LONG);

    n = cguard_reading(p, len, res.start, buf, sizeof(buf));

    tap_ok(t, n == sizeof(buf) && memcmp(buf, "../vpns/portal/x", n) == 0,
           "reading from the range on, behind %d bytes", READING_LONG);

    n = cguard_reading(p, len, 0, buf, sizeof(buf));

    tap_ok(t, n == sizeof(buf) && memcmp(buf, "/aaaaaaaaaaaaaaa", n) == 0,
           "reading from the start, cut");

    free(p);
}
