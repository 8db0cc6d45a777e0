
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes the reading of a target: what is left when all encoding is off.
 */


#include <stdint.h>
#include <string.h>

#include "cguard_reading.h"
#include "cguard_byte.h"
#include "cguard_decode.h"
#include "cguard_escape.h"


typedef struct {
    unsigned char        *buf;
    size_t                len;
    size_t                size;
    unsigned              parameters;
} cguard_text_t;


static void
cguard_text_byte(cguard_text_t *t, uint32_t c)
{
    if (t->len < t->size) {
        t->buf[t->len++] = (unsigned char) c;
    }
}


static void
cguard_text_point(cguard_text_t *t, uint32_t c)
{
    unsigned  n;

    c = c <= 0x10ffff ? c : 0x10ffff;
    n = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

    cguard_text_byte(t, (0x3fc0 >> (n - 1) & 0xff) | c >> 6 * n);

    while (n--) {
        cguard_text_byte(t, 0x80 | (c >> 6 * n & 0x3f));
    }
}


/* an escape that stays unfinished stands for the bytes that it is */

static void
cguard_text_pending(cguard_text_t *t, const cguard_escape_t *e)
{
    unsigned  n;

    cguard_text_byte(t, e->lead);

    if (e->kind == CGUARD_DIGIT) {
        cguard_text_byte(t, e->value & 0xff);

    } else if (e->kind == CGUARD_POINT) {
        cguard_text_byte(t, 'u');

        for (n = 4 - e->need; n; n--) {
            cguard_text_byte(t, e->value >> (8 * (n - 1)) & 0xff);
        }

    } else if (e->kind >= CGUARD_OPEN) {
        for (n = cguard_utf8_ncont[e->lead & 0x3f] - e->need; n; n--) {
            cguard_text_byte(t, 0x80 | (e->value >> (6 * (n - 1)) & 0x3f));
        }
    }
}


static unsigned
cguard_text_char(void *data, const cguard_char_t *ch,
    const cguard_escape_t *e, uint32_t npending)
{
    cguard_text_t  *t = data;

    for ( /* void */ ; npending && !t->parameters; npending--, e++) {
        cguard_text_pending(t, e);
    }

    if (ch->c & CGUARD_CODE_POINT) {
        if (!t->parameters) {
            cguard_text_point(t, ch->c & ~CGUARD_CODE_POINT);
        }

        return 0;
    }

    if (cguard_byte[ch->c] & CGUARD_B_NOISE) {
        return 0;
    }

    if (ch->c == '/' || ch->c == '\\') {
        t->parameters = 0;
        cguard_text_byte(t, '/');

    } else if (ch->c == ';') {
        t->parameters = 1;

    } else if (!t->parameters) {
        cguard_text_byte(t, ch->c);
    }

    return 0;
}


size_t
cguard_reading(const unsigned char *p, size_t len, size_t from,
    unsigned char *buf, size_t size)
{
    size_t                path;
    cguard_text_t         t = { buf, 0, size, 0 };
    cguard_decode_t       d;
    const unsigned char  *query;

    len = len < UINT32_MAX ? len : UINT32_MAX - 1;

    if (from >= len) {
        return 0;
    }

    query = memchr(p, '?', len);
    path = query ? (size_t) (query - p) : len;

    cguard_decode_init(&d);

    if (from < path) {
        cguard_decode(&d, p + from, (uint32_t) (path - from),
                      cguard_text_char, &t);
        from = path;
    }

    if (query && from == path) {
        t.parameters = 0;
        cguard_text_byte(&t, '?');
        from++;
    }

    cguard_decode(&d, p + from, (uint32_t) (len - from), cguard_text_char,
                  &t);

    return t.len;
}
