
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The reading of any target, from any place, into buffers of any size.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "fuzz.h"
#include "vectors.h"


/* a target decodes to no more than that: U+FDFA, 18 letters of 3 bytes */

#define READING_ROOM(len)  ((len) * 18 + 64)


static void reading_from(const unsigned char *p, size_t len, size_t from);
static void reading_bytes(const unsigned char *p, size_t len,
    const unsigned char *buf, size_t n);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char    *p;
    cguard_result_t   res;

    p = vectors_copy(data, size);

    (void) cguard_target(p, size, CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, &res);

    reading_from(p, size, 0);
    reading_from(p, size, res.start);
    reading_from(p, size, size / 2);
    reading_from(p, size, size);
    reading_from(p, size, size + 1);

    free(p);

    return 0;
}


/* a smaller buffer gets the beginning of what a larger one gets */

static void
reading_from(const unsigned char *p, size_t len, size_t from)
{
    size_t          i, n, room, size;
    unsigned char  *whole, *buf;

    room = READING_ROOM(len);
    whole = malloc(room);
    if (whole == NULL) {
        abort();
    }

    n = cguard_reading(p, len, from, whole, room);

    if (n >= room || (from >= len && n)) {
        fuzz_failed("a reading that is too long", p, len);
    }

    reading_bytes(p, len, whole, n);

    for (i = 0; i < 6; i++) {
        size = i < 3 ? i : i == 3 ? n / 2 : i == 4 ? n : n + 1;

        buf = malloc(size);
        if (buf == NULL) {
            abort();
        }

        if (cguard_reading(p, len, from, buf, size) != (n < size ? n : size)
            || (size && memcmp(buf, whole, n < size ? n : size) != 0))
        {
            fuzz_failed("another reading in a smaller buffer", p, len);
        }

        free(buf);
    }

    free(whole);
}


/* no noise, no backslash, no parameters */

static void
reading_bytes(const unsigned char *p, size_t len, const unsigned char *buf,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (buf[i] <= ' ' || buf[i] == 0x7f || buf[i] == '\\'
            || buf[i] == ';')
        {
            fuzz_failed("a reading with a byte that is dropped", p, len);
        }
    }
}
