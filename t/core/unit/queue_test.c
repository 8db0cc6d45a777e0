
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Escapes within escapes whose last digit completes one after the other, each
 * with more than one character: what waits in the decoder's queue has a
 * bound, and what finds no room there stays unknown.  The reading once took a
 * code point for a byte there.  Prints TAP.
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


int
main(void)
{
    size_t           len, out;
    unsigned         i, late, passed;
    unsigned char    p[sizeof("/../") + QUEUE_LEVELS * 5 + 1], text[64];

    late = 0;
    passed = 0;

    for (i = 0; i < 200000; i++) {
        memcpy(p, "/../", 4);
        len = 4 + queue_target(p + 4);

        out = cguard_reading(p, len, 4, text, sizeof(text));
        late += out > sizeof(text);

        passed += cguard_target(p, len, 0, NULL) != CGUARD_TRAVERSAL;
    }

    printf("1..2\n");
    printf("%sok 1 - no reading is longer than its buffer\n",
           late ? "not " : "");
    printf("%sok 2 - all are refused beside a parent\n",
           passed ? "not " : "");

    return late || passed;
}
