
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <string.h>

#include "readings.h"


#define READINGS   (1 << 16)
#define SLOTS      (1 << 17)
#define ROOM       (READINGS * 128)


typedef struct {
    uint32_t              start;
    uint32_t              len;
    uint32_t              slot;
} seen_t;


static sym_t     room[ROOM];
static seen_t    seen[READINGS];
static uint32_t  slots[SLOTS];      /* 1 + index in "seen", 0 is free */
static uint32_t  nseen, nroom;
static int       full;


static uint32_t
hash_of(const reading_t *r)
{
    size_t    i;
    uint64_t  h;

    h = 14695981039346656037u;

    for (i = 0; i < r->len; i++) {
        h = (h ^ r->s[i]) * 1099511628211u;
    }

    return (uint32_t) ((h ^ (h >> 29)) % SLOTS);
}


static int
same(const seen_t *a, const reading_t *r)
{
    return a->len == r->len
           && memcmp(&room[a->start], r->s, r->len * sizeof(sym_t)) == 0;
}


void
readings_add(const reading_t *r)
{
    uint32_t  slot;

    for (slot = hash_of(r); slots[slot]; slot = (slot + 1) % SLOTS) {
        if (same(&seen[slots[slot] - 1], r)) {
            return;
        }
    }

    if (nseen == READINGS || nroom + r->len > ROOM) {
        full = 1;
        return;
    }

    memcpy(&room[nroom], r->s, r->len * sizeof(sym_t));

    seen[nseen].start = nroom;
    seen[nseen].len = (uint32_t) r->len;
    seen[nseen].slot = slot;

    nroom += (uint32_t) r->len;
    slots[slot] = ++nseen;
}


void
readings_forget(void)
{
    while (nseen) {
        slots[seen[--nseen].slot] = 0;
    }

    nroom = 0;
    full = 0;
}


void
readings_replace(const reading_t *r, size_t from, size_t to,
    const sym_t *by, size_t n)
{
    reading_t  w;

    w.len = from + n + (r->len - to);

    if (w.len > READING_MAX) {
        full = 1;
        return;
    }

    memcpy(w.s, r->s, from * sizeof(sym_t));
    memcpy(w.s + from, by, n * sizeof(sym_t));
    memcpy(w.s + from + n, r->s + to, (r->len - to) * sizeof(sym_t));

    readings_add(&w);
}


size_t
readings_count(void)
{
    return nseen;
}


void
readings_get(size_t i, reading_t *r)
{
    r->len = seen[i].len;
    memcpy(r->s, &room[seen[i].start], r->len * sizeof(sym_t));
}


int
readings_full(void)
{
    return full;
}
