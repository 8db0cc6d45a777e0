
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Core and oracle agree: on any short target in every policy, on the same as
 * a path that a server has decoded, and on the same as a header's value.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "fuzz.h"
#include "oracle.h"
#include "vectors.h"


/* the oracle makes every reading: what has more of them takes it too long */

#define AGREE_MAX    28
#define AGREE_NOISE  8


static int agree_is_quick(const uint8_t *data, size_t size);
static void agree(const char *what, cguard_reason_e reason,
    const char *oracle, const unsigned char *p, size_t len);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned          policy;
    unsigned char    *p;
    oracle_target_t   o;

    if (!agree_is_quick(data, size)) {
        return 0;
    }

    p = vectors_copy(data, size);

    oracle_target(p, size, &o);

    for (policy = 0; policy < 4; policy++) {

        if (o.path.endless || o.whole.endless || o.as_path.endless) {
            break;
        }

        agree("target", cguard_target(p, size, policy, NULL),
              oracle_target_reason(&o, policy), p, size);

        agree("path", cguard_parts(p, size, NULL, 0, policy, NULL),
              oracle_parts_reason(&o, policy), p, size);
    }

    if (!o.as_path.endless && !o.as_path.cut) {
        agree("header", cguard_header((const unsigned char *) "NSC_USER", 8,
                                      p, size, NULL),
              oracle_header_reason(&o), p, size);
    }

    free(p);

    return 0;
}


/* noise has a reading with it, one without it, and one that ends there */

static int
agree_is_quick(const uint8_t *data, size_t size)
{
    size_t  i, noise;

    noise = 0;

    for (i = 0; i < size; i++) {
        noise += data[i] <= ' ' || data[i] == 0x7f;
    }

    return size <= AGREE_MAX && noise <= AGREE_NOISE;
}


static void
agree(const char *what, cguard_reason_e reason, const char *oracle,
    const unsigned char *p, size_t len)
{
    if (strcmp(cguard_reason_name(reason), oracle) != 0) {
        fprintf(stderr, "fuzz: as %s: core %s, oracle %s\n", what,
                cguard_reason_name(reason), oracle);
        fuzz_failed("core and oracle disagree", p, len);
    }
}
