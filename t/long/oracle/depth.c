
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * How often a string is decoded: each symbol knows of how many decodings it
 * came, and the first thing that can be decoded is, until nothing can be.
 */


#include <string.h>

#include "oracle.h"
#include "rewrites.h"


typedef struct {
    reading_t             r;
    unsigned              depth[READING_MAX];
} depths_t;


/* noise within an escape is dropped, and does not count there */

static unsigned
deepest(const depths_t *t, size_t from, size_t to, int with_noise)
{
    unsigned  depth;

    for (depth = 0; from < to; from++) {
        if (t->depth[from] > depth
            && (with_noise || !is_noise(t->r.s[from])))
        {
            depth = t->depth[from];
        }
    }

    return depth;
}


/* returns 0 if there is nothing to decode, or no room for it */

static int
decode_first(depths_t *t)
{
    size_t     i, k, end, tail;
    unsigned   depth;
    decoded_t  d;

    end = 0;

    for (i = 0; i < t->r.len; i++) {
        end = decode(&t->r, i, &d);

        if (end) {
            break;
        }
    }

    tail = t->r.len - end;

    if (end == 0 || i + d.n + tail > READING_MAX) {
        return 0;
    }

    depth = deepest(t, i, end, 0) + d.layers;

    memmove(t->r.s + i + d.n, t->r.s + end, tail * sizeof(sym_t));
    memmove(t->depth + i + d.n, t->depth + end, tail * sizeof(unsigned));

    for (k = 0; k < d.n; k++) {
        t->r.s[i + k] = d.by[k];
        t->depth[i + k] = depth;
    }

    t->r.len = i + d.n + tail;

    return 1;
}


unsigned
oracle_depth(const unsigned char *p, size_t len, int *noise)
{
    size_t    i;
    depths_t  t;

    *noise = 0;

    for (i = 0; i < len && i < READING_MAX; i++) {
        t.r.s[i] = p[i];
        t.depth[i] = 0;
        *noise |= is_noise(p[i]);
    }

    t.r.len = i;

    while (decode_first(&t)) {
        for (i = 0; i < t.r.len; i++) {
            *noise |= is_noise(t.r.s[i]) || t.r.s[i] == OTHER_POINT;
        }
    }

    return deepest(&t, 0, t.r.len, 1);
}
