
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the http module takes for granted of a plain path: all bytes are from
 * "," to "~", none is a backslash, and no segment begins with a dot.  Then no
 * reading has a parent segment.  Prints TAP.
 */


#include <stdio.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"


/* "1", "2" and "3" stand for each byte that a plain path may have */

static const char  *plain_shapes[] = {
    "/1..23", "/12..3/", "/1.2.3/", "/123../", "/1./2.3", "1..2/3", "/1/23.."
};

#define PLAIN_SHAPES  (sizeof(plain_shapes) / sizeof(plain_shapes[0]))


static unsigned long  plain_seen;


/* after a vpns segment a parent anywhere gives another reason */

static unsigned
plain_wrong(const char *shape, const char *bytes)
{
    char             path[32];
    size_t           i, len;
    cguard_reason_e  reason;

    len = (size_t) snprintf(path, sizeof(path), "/vpns/a%s", shape);

    for (i = 7; i < len; i++) {
        if (path[i] >= '1' && path[i] <= '3') {
            path[i] = bytes[path[i] - '1'];
        }
    }

    if (strstr(path, "/.")) {
        return 0;
    }

    plain_seen++;

    reason = cguard_parts((unsigned char *) path, len, NULL, 0,
                          CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, NULL);

    if (reason == CGUARD_VPNS) {
        return 0;
    }

    printf("# plain, but %s: %s\n", cguard_reason_name(reason), path);

    return 1;
}


static unsigned
plain_all(const char *shape)
{
    char      all[128], bytes[3];
    size_t    n, a, b, c;
    unsigned  wrong;

    for (n = 0, a = ','; a <= '~'; a++) {
        if (a != '\\') {
            all[n++] = (char) a;
        }
    }

    wrong = 0;

    for (a = 0; a < n; a++) {
        for (b = 0; b < n; b++) {
            for (c = 0; c < n; c++) {
                bytes[0] = all[a];
                bytes[1] = all[b];
                bytes[2] = all[c];

                wrong += plain_wrong(shape, bytes);
            }
        }
    }

    return wrong;
}


int
main(void)
{
    size_t    i;
    unsigned  wrong, failed;

    failed = 0;

    printf("1..%zu\n", PLAIN_SHAPES + 1);

    for (i = 0; i < PLAIN_SHAPES; i++) {
        wrong = plain_all(plain_shapes[i]);
        failed += wrong != 0;

        printf("%sok %zu - no parent in any path like %s\n",
               wrong ? "not " : "", i + 1, plain_shapes[i]);
    }

    wrong = plain_seen < 1000000;
    failed += wrong;

    printf("%sok %zu - %lu paths were plain\n", wrong ? "not " : "",
           PLAIN_SHAPES + 1, plain_seen);

    return failed != 0;
}
