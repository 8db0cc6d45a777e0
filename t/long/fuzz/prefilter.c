
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The prefilter: with and without SSE2 it gives the same answer, at any
 * alignment, and the full decision also calls clean what it calls clean.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cguard/decision/cguard_prefilter.h"
#include "fuzz.h"
#include "plain_prefilter.h"
#include "vectors.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int             clean;
    size_t          i, n;
    unsigned char  *p;

    p = vectors_copy(data, size);
    clean = plain_prefilter(p, size);
    free(p);

    /* another alignment, the end flush with that of the block */

    for (i = 0; i < 16; i += 5) {
        p = fuzz_join((const unsigned char *) "aaaaaaaaaaaaaaaa", i, "", data,
                      size, &n);

        if (cguard_prefilter(p + i, size) != clean
            || plain_prefilter(p + i, size) != clean)
        {
            fuzz_failed("another answer without SSE2", data, size);
        }

        free(p);
    }

    if (!clean) {
        return 0;
    }

    p = vectors_copy(data, size);

    if (cguard_target(p, size, 0, NULL) != CGUARD_PASS) {
        fuzz_failed("clean, and refused", data, size);
    }

    free(p);

    /* this policy takes the long way; behind vpns any parent is a reason */

    p = fuzz_join(NULL, 0, "/vpns/", data, size, &n);

    if (cguard_parts(p, n, NULL, 0, CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, NULL)
        != CGUARD_VPNS)
    {
        fuzz_failed("clean, and refused the long way", data, size);
    }

    free(p);

    return 0;
}
