
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "vectors.h"


#define FUZZ_SHOWN  (64 * 1024)


void
fuzz_failed(const char *what, const unsigned char *p, size_t len)
{
    static char  text[FUZZ_SHOWN];

    vectors_escape(text, sizeof(text), p, len);

    fprintf(stderr, "fuzz: %s: %s\n", what, text);

    abort();
}


unsigned char *
fuzz_join(const unsigned char *a, size_t alen, const char *b,
    const unsigned char *c, size_t clen, size_t *len)
{
    size_t          blen;
    unsigned char  *p;

    blen = strlen(b);
    *len = alen + blen + clen;

    p = malloc(*len);
    if (p == NULL) {
        abort();
    }

    if (alen) {
        memcpy(p, a, alen);
    }

    memcpy(p + alen, b, blen);

    if (clen) {
        memcpy(p + alen + blen, c, clen);
    }

    return p;
}
