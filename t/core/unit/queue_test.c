
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Escapes within escapes whose last digit completes one after the other, each
 * with more than one character: what waits in the decoder's queue has a
 * bound, and beyond it a target is refused.  The reading once took a code
 * point for a byte there.  Prints TAP.
 */


#include <stdio.h>
#include <string.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"


#define QUEUE_UNITS  7
#define QUEUE_LEVELS  110


static const char  *queue_units[QUEUE_UNITS] = {
    "%u33e", "%u33c", "%u247", "%u336", "%u246", "%u248", "%u33d"
};


static unsigned long long  queue_seed = 1;


static unsigned
queue_random(unsigned below)
{
    queue_seed ^= queue_seed << 13;
    queue_seed ^= queue_seed >> 7;
    queue_seed ^= queue_seed << 17;

    return (unsigned) (queue_seed >> 33) % below;
}


static size_t
queue_target(unsigned char *p)
{
    size_t       n;
    unsigned     i, levels;
    const char  *unit;

    n = 0;
    levels = 20 + queue_random(QUEUE_LEVELS - 20);
    unit = queue_units[queue_random(QUEUE_UNITS)];

    for (i = 0; i < levels; i++) {

        if (queue_random(10) == 0) {
            unit = queue_units[queue_random(QUEUE_UNITS)];
        }

        memcpy(p + n, unit, 5);
        n += 5;
    }

    p[n++] = (unsigned char) "0123456789abcdef"[queue_random(16)];

    return n;
}


/* each level leaves one character behind, and asks for the other one */

static cguard_reason_e
queue_full(unsigned levels)
{
    size_t         n;
    unsigned char  p[QUEUE_LEVELS * 5 + 1];

    for (n = 0; levels; levels--, n += 5) {
        memcpy(p + n, "%u247", 5);
    }

    p[n++] = '0';

    return cguard_target(p, n, 0, NULL);
}


int
main(void)
{
    size_t           len, out;
    unsigned         i, full, late, refused;
    unsigned char    p[QUEUE_LEVELS * 5 + 1], text[64];
    cguard_result_t  res;

    late = 0;
    refused = 0;

    for (i = 0; i < 200000; i++) {
        len = queue_target(p);

        out = cguard_reading(p, len, 0, text, sizeof(text));
        late += out > sizeof(text);

        refused += cguard_target(p, len, 0, &res) == CGUARD_MALFORMED;
    }

    printf("1..3\n");
    printf("%sok 1 - no reading is longer than its buffer\n",
           late ? "not " : "");
    printf("%sok 2 - the bound was met: %u refused\n",
           refused ? "" : "not ", refused);

    full = queue_full(64) == CGUARD_PASS && queue_full(65) == CGUARD_MALFORMED;
    printf("%sok 3 - it is 64, each with one character more\n",
           full ? "" : "not ");

    return late || !refused || !full;
}
