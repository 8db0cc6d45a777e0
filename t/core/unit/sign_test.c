
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The two signs by their definition: every short string of the bytes that
 * change the automaton's state, judged a second time segment by segment;
 * prints TAP.
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


#define SIGN_LEN    6
#define SIGN_SHOWN  10


static const char  sign_bytes[] = "/.vPns\t+;x";


static int sign_parent(const unsigned char *p, size_t len);
static int sign_vpns(const unsigned char *p, size_t len);
static int sign_found(const unsigned char *p, size_t len,
    int (*sign)(const unsigned char *p, size_t len));
static cguard_reason_e sign_reason(const unsigned char *p, size_t len);
static unsigned long sign_strings(size_t len);


int
main(void)
{
    tap_t   t = { 0, 0 };
    size_t  len;

    for (len = 1; len <= SIGN_LEN; len++) {
        tap_ok(&t, sign_strings(len) == 0, "all strings of %zu bytes", len);
    }

    return tap_done(&t);
}


/* without noise, and up to its end: two dots or more */

static int
sign_parent(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len && p[i] == '.'; i++) { /* void */ }

    return len >= 2 && i == len;
}


/* "vpns", and perhaps dots */

static int
sign_vpns(const unsigned char *p, size_t len)
{
    size_t  i;

    if (len < 4 || (memcmp(p, "vPns", 4) != 0)) {
        return 0;
    }

    for (i = 4; i < len && p[i] == '.'; i++) { /* void */ }

    return i == len;
}


/*
 * A segment as each parser may see it: without noise (a plus sign is a blank
 * to some); ended before any noise, before ";", or where it ends.
 */

static int
sign_found(const unsigned char *p, size_t len,
    int (*sign)(const unsigned char *p, size_t len))
{
    int            over;
    size_t         i, n;
    unsigned char  segment[SIGN_LEN];

    n = 0;
    over = 0;

    for (i = 0; i <= len; i++) {

        if (i < len && !strchr("/\t+;", p[i])) {
            segment[n++] = p[i];
            continue;
        }

        if (!over && sign(segment, n)) {
            return 1;
        }

        if (i < len && p[i] == ';') {
            over = 1;

        } else if (i < len && p[i] == '/') {
            over = 0;
            n = 0;
        }
    }

    return 0;
}


/* with both policies, so that each sign is a reason */

static cguard_reason_e
sign_reason(const unsigned char *p, size_t len)
{
    int  parent, vpns;

    parent = sign_found(p, len, sign_parent);
    vpns = sign_found(p, len, sign_vpns);

    if (parent || vpns) {
        return parent && vpns ? CGUARD_TRAVERSAL
               : vpns ? CGUARD_VPNS : CGUARD_PARENT;
    }

    return memchr(p, '\t', len) ? CGUARD_MALFORMED : CGUARD_PASS;
}


static unsigned long
sign_strings(size_t len)
{
    char              text[64];
    size_t            i, digit[SIGN_LEN];
    unsigned long     failed;
    unsigned char     p[SIGN_LEN];
    cguard_reason_e   have, want;

    failed = 0;
    memset(digit, 0, sizeof(digit));

    do {
        for (i = 0; i < len; i++) {
            p[i] = (unsigned char) sign_bytes[digit[i]];
        }

        have = cguard_target(p, len, CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT,
                             NULL);
        want = sign_reason(p, len);

        if (have != want && failed++ < SIGN_SHOWN) {
            vectors_escape(text, sizeof(text), p, len);
            tap_diag("have %s, want %s: %s", cguard_reason_name(have),
                     cguard_reason_name(want), text);
        }

        /* the next one, as a number with this many digits */

        for (i = 0; i < len && ++digit[i] == sizeof(sign_bytes) - 1; i++) {
            digit[i] = 0;
        }

    } while (i < len);

    return failed;
}
