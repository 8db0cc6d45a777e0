
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Every prefix of every vector can be judged, in a block of exactly its
 * size; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


#define PREFIX_SHOWN  10


static void prefix_file(tap_t *t, const char *file);
static int prefix_judged(const unsigned char *p, size_t len);


int
main(void)
{
    tap_t  t = { 0, 0 };

    prefix_file(&t, VECTORS_TARGETS);
    prefix_file(&t, VECTORS_BENIGN);
    prefix_file(&t, VECTORS_HEADERS);

    return tap_done(&t);
}


static void
prefix_file(tap_t *t, const char *file)
{
    size_t           i, len;
    vectors_t        v;
    unsigned long    tried, failed;
    unsigned char   *p;

    if (vectors_read(&v, file) == -1) {
        tap_ok(t, 0, "%s can be read", file);
        return;
    }

    tried = 0;
    failed = 0;

    for (i = 0; i < v.n; i++) {
        for (len = 0; len <= v.row[i].input.len; len++) {
            p = vectors_copy(v.row[i].input.data, len);

            tried++;

            if (!prefix_judged(p, len) && failed++ < PREFIX_SHOWN) {
                tap_diag("%s:%u: prefix of %zu bytes", v.file,
                         v.row[i].line, len);
            }

            free(p);
        }
    }

    tap_ok(t, failed == 0, "%s: every prefix can be judged", v.file);
    tap_diag("%lu prefixes", tried);

    vectors_free(&v);
}


/* a verdict that the policy allows, a range within the target */

static int
prefix_judged(const unsigned char *p, size_t len)
{
    size_t                n;
    unsigned              policy;
    unsigned char         buf[64];
    cguard_result_t       res;
    cguard_reason_e       reason;
    const unsigned char  *name;

    for (policy = 0; policy < 4; policy++) {
        reason = cguard_target(p, len, policy, &res);

        if (reason != res.reason || reason > CGUARD_MALFORMED
            || (reason == CGUARD_VPNS && !(policy & CGUARD_NO_SSLVPN))
            || (reason == CGUARD_PARENT && !(policy & CGUARD_ANY_PARENT)))
        {
            return 0;
        }

        if (reason == CGUARD_PASS) {
            res.start = 0;

        } else if (res.start >= res.end || res.end > len) {
            return 0;
        }

        n = cguard_reading(p, len, res.start, buf, sizeof(buf));

        if (n > sizeof(buf)) {
            return 0;
        }
    }

    name = (const unsigned char *) "NSC_USER";
    reason = cguard_header(name, 8, p, len, &res);

    (void) cguard_header(p, len, name, 8, NULL);

    return reason == CGUARD_PASS
           || (reason == CGUARD_HEADER && res.start < res.end
               && res.end <= len);
}
