
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The prefilter: what it calls clean has no sign of a parent in any reading,
 * and no malformed byte.  The long way is asked through a policy that does
 * not use the prefilter; over the vectors' shape, over all short strings of
 * tokens of attacks, and at each offset of a window.  Prints TAP.
 */


#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cguard/decision/cguard_prefilter.h"


#define CLEAN_LONG  80


static const char  *clean_tokens[] = {
    "/", ".", "..", "%", "%2e", "%25", "2", "e", "%2f", "%5c", "%3b", "%75",
    "u", "%u002e", "\\", ";", "?", "#", "%00", "%20", " ", "\t", "\x7f",
    "\xc0", "\xae", "%c0", "\xff", "a", "vpns", "!", "$", "%7f", "%21", "+",
    "%2b", ".+.", "%3g"
};

#define CLEAN_TOKENS  (sizeof(clean_tokens) / sizeof(clean_tokens[0]))


static unsigned long  clean_seen;


/* "on, any parent, no Gateway" takes the long way for every string */

static int
clean_wrong(const unsigned char *p, size_t len)
{
    unsigned         i;
    unsigned char   *copy, *whole;
    cguard_reason_e  reason;

    copy = malloc(len ? len : 1);
    whole = malloc(len + 6);

    if (copy == NULL || whole == NULL) {
        exit(2);
    }

    memcpy(copy, p, len);

    i = cguard_prefilter(copy, len);
    clean_seen += i;

    /* after a vpns segment a parent anywhere is a reason */

    memcpy(whole, "/vpns/", 6);
    memcpy(whole + 6, p, len);

    reason = cguard_parts(whole, len + 6, NULL, 0,
                          CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, NULL);

    free(copy);
    free(whole);

    return i && reason != CGUARD_VPNS;
}


static unsigned
clean_short(void)
{
    char      s[64];
    size_t    a, b, c, d;
    unsigned  wrong;

    wrong = 0;

    for (a = 0; a < CLEAN_TOKENS; a++) {
        for (b = 0; b < CLEAN_TOKENS; b++) {
            for (c = 0; c < CLEAN_TOKENS; c++) {
                for (d = 0; d < CLEAN_TOKENS; d++) {
                    snprintf(s, sizeof(s), "%s%s%s%s", clean_tokens[a],
                             clean_tokens[b], clean_tokens[c],
                             clean_tokens[d]);

                    if (clean_wrong((unsigned char *) s, strlen(s))) {
                        printf("# clean, but is not: %s\n", s);
                        wrong++;
                    }
                }
            }
        }
    }

    return wrong;
}


/* the definition of cguard_prefilter.h again, a byte at a time */

static int
clean_digit(unsigned char c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
           : -1;
}


static int
clean_defined(const unsigned char *p, size_t len)
{
    int     c;
    size_t  i;

    for (i = 0; i < len; i++) {

        if (p[i] <= 0x20 || p[i] >= 0x7f || p[i] == '#' || p[i] == '\\'
            || (p[i] == '.' && i + 1 < len
                && (p[i + 1] == '.' || p[i + 1] == '+')))
        {
            return 0;
        }

        if (p[i] != '%') {
            continue;
        }

        if (i + 2 >= len || clean_digit(p[i + 1]) < 0
            || clean_digit(p[i + 2]) < 0)
        {
            return 0;
        }

        c = clean_digit(p[i + 1]) << 4 | clean_digit(p[i + 2]);

        if (c <= 0x20 || c >= 0x7f || c == '%' || c == '.'
            || ((c == '+' || c == '/' || c == '\\') && i && p[i - 1] == '.'))
        {
            return 0;
        }
    }

    return 1;
}


/*
 * A token of an attack at each offset of strings of each length.  Each byte has
 * to be seen by some window: the first version missed an escape at len - 17.
 */

static unsigned
clean_offsets(void)
{
    size_t         len, at, n, t;
    unsigned       wrong;
    unsigned char  s[CLEAN_LONG];

    wrong = 0;

    for (t = 0; t < CLEAN_TOKENS; t++) {
        n = strlen(clean_tokens[t]);

        for (len = n; len <= CLEAN_LONG; len++) {
            for (at = 0; at + n <= len; at++) {
                memset(s, '/', len);
                memcpy(s + at, clean_tokens[t], n);

                if (clean_wrong(s, len)
                    || cguard_prefilter(s, len) > clean_defined(s, len))
                {
                    wrong++;
                }
            }
        }
    }

    return wrong;
}


static unsigned
clean_one(unsigned n, const char *s, int want)
{
    int  ok;

    ok = cguard_prefilter((const unsigned char *) s, strlen(s)) == want;

    printf("%sok %u - %s: %s\n", ok ? "" : "not ", n,
           want ? "clean" : "not seen to be clean", s);

    return !ok;
}


int
main(void)
{
    unsigned  wrong, failed;

    printf("1..11\n");

    wrong = clean_short();
    failed = wrong != 0;
    printf("%sok 1 - all strings of four tokens\n", wrong ? "not " : "");

    wrong = clean_offsets();
    failed += wrong != 0;
    printf("%sok 2 - each token at each offset\n", wrong ? "not " : "");

    wrong = clean_seen < 100000;
    failed += wrong != 0;
    printf("%sok 3 - %lu of them were clean\n", wrong ? "not " : "",
           clean_seen);

    failed += clean_one(4, "/vpn/index.html", 1);
    failed += clean_one(5, "/saml?RelayState=https%3A%2F%2Fa.example%2Fb", 1);
    failed += clean_one(6, "/vpns/portal/a.b/./c", 1);
    failed += clean_one(7, "/a/%2e/b/cccccccccccccccccccc", 0);
    failed += clean_one(8, "/a/b/cccccccccccccccccccc%2", 0);
    failed += clean_one(9, "/a/b/ccccccccccccccccccccc%", 0);

    /* the digit after the end does not belong to the string */

    wrong = cguard_prefilter((const unsigned char *) "/a%2f", 4);
    failed += wrong;
    printf("%sok 10 - a short one ends within an escape\n",
           wrong ? "not " : "");

    wrong = cguard_prefilter((const unsigned char *) "/a/b/cccccccccccccccc%2f",
                         23);
    failed += wrong;
    printf("%sok 11 - a long one ends within an escape\n",
           wrong ? "not " : "");

    return failed != 0;
}
