
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spellings.h"


static void
add(spellings_t *sp, const unsigned char *s, size_t len)
{
    if (sp->n == SPELLINGS_MAX) {
        fprintf(stderr, "spellings: too many\n");
        exit(2);
    }

    if (len <= SPELLING_MAX) {
        memcpy(sp->list[sp->n].s, s, len);
        sp->list[sp->n++].len = len;
    }
}


static void
add_text(spellings_t *sp, const char *text)
{
    add(sp, (const unsigned char *) text, strlen(text));
}


/* "%2e", each byte */

static size_t
percent(char *to, const unsigned char *s, size_t len, const char *format)
{
    size_t  i, n;

    for (n = 0, i = 0; i < len; i++) {
        n += (size_t) sprintf(to + n, format, s[i]);
    }

    return n;
}


/* bytes as they are, and percent-encoded */

static void
add_bytes(spellings_t *sp, const unsigned char *s, size_t len)
{
    char  text[4 * 8];

    add(sp, s, len);

    (void) percent(text, s, len, "%%%02x");
    add_text(sp, text);

    (void) percent(text, s, len, "%%%02X");
    add_text(sp, text);
}


/* so many bytes of UTF-8, the shortest form or not */

static void
utf8(unsigned char *s, unsigned long point, size_t len)
{
    size_t  i;

    for (i = len; --i; point >>= 6) {
        s[i] = (unsigned char) (0x80 | (point & 0x3F));
    }

    s[0] = (unsigned char) ((0xFF00u >> len & 0xFF) | point);
}


static void
add_overlong(spellings_t *sp, unsigned char c)
{
    size_t         len;
    unsigned char  s[6];

    for (len = 2; len <= 6; len++) {
        utf8(s, c, len);
        add_bytes(sp, s, len);
    }
}


/* a byte whose low six bits are right, where a lenient parser takes any */

static int
lenient(unsigned char *byte, unsigned high)
{
    *byte = (unsigned char) (high | (*byte & 0x3F));

    return *byte > 0x20 && *byte < 0x7F && strchr("%#+", *byte) == NULL;
}


static void
add_lenient(spellings_t *sp, unsigned char c)
{
    size_t         i, len;
    unsigned       high;
    unsigned char  s[6];

    for (len = 2; len <= 3; len++) {
        for (i = 1; i < len; i++) {
            for (high = 0x00; high <= 0x40; high += 0x40) {
                utf8(s, c, len);

                if (lenient(&s[i], high)) {
                    add_bytes(sp, s, len);
                }
            }
        }
    }
}


/* an escape whose digits are escapes, or that has noise in it */

static void
add_broken(spellings_t *sp, unsigned char c)
{
    char  hex[3], text[SPELLING_MAX + 1];

    (void) sprintf(hex, "%02x", c);

    (void) sprintf(text, "%%%%%02x%c", hex[0], hex[1]);
    add_text(sp, text);

    (void) sprintf(text, "%%%c%%%02x", hex[0], hex[1]);
    add_text(sp, text);

    (void) sprintf(text, "%%%%%02x%%%02x", hex[0], hex[1]);
    add_text(sp, text);

    (void) sprintf(text, "%%\t%c%c", hex[0], hex[1]);
    add_text(sp, text);

    (void) sprintf(text, "%%%c%%0a%c", hex[0], hex[1]);
    add_text(sp, text);
}


static void
add_noise(spellings_t *sp, unsigned char c)
{
    char  text[SPELLING_MAX + 1];

    (void) sprintf(text, "%%00%c", c);
    add_text(sp, text);

    (void) sprintf(text, "\x7F%%%02x", c);
    add_text(sp, text);

    (void) sprintf(text, "+%c", c);
    add_text(sp, text);

    (void) sprintf(text, "%%ff%c", c);
    add_text(sp, text);
}


static void
add_point(spellings_t *sp, unsigned point)
{
    char           text[SPELLING_MAX + 1];
    unsigned char  s[3];

    utf8(s, point, point < 0x800 ? 2 : 3);
    add_bytes(sp, s, point < 0x800 ? 2 : 3);

    /*
     * Below, it is the byte, or a code point to parsers of Latin-1, which take
     * no overlong forms beside it.
     */

    if (point < 0x100) {
        return;
    }

    (void) sprintf(text, "%%u%04x", point);
    add_text(sp, text);

    (void) sprintf(text, "%%U%04X", point);
    add_text(sp, text);
}


/* one more layer: of the percent signs alone, and of every byte */

static void
add_layer(spellings_t *sp)
{
    char    text[3 * SPELLING_MAX + 1];
    size_t  i, k, n, len;

    for (i = 0, n = sp->n; i < n; i++) {

        for (k = 0, len = 0; k < sp->list[i].len; k++) {
            text[len++] = (char) sp->list[i].s[k];

            if (sp->list[i].s[k] == '%') {
                text[len++] = '2';
                text[len++] = '5';
            }
        }

        add(sp, (unsigned char *) text, len);

        len = percent(text, sp->list[i].s, sp->list[i].len,
                      i % 2 ? "%%%02x" : "%%%02X");

        add(sp, (unsigned char *) text, len);
    }
}


/* whether the first "n" have one that "s" begins with */

static int
is_taken(const spellings_t *sp, size_t n, const spelling_t *s, int longer)
{
    size_t             i;
    const spelling_t  *other;

    for (i = 0; i < n; i++) {
        other = &sp->list[i];

        if (other->len <= s->len - (longer != 0)
            && memcmp(other->s, s->s, other->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* leaves out what is there before, and what a shorter one begins */

static void
keep_distinct(spellings_t *sp)
{
    size_t              i;
    static spellings_t  all;

    all = *sp;
    sp->n = 0;

    for (i = 0; i < all.n; i++) {
        if (!is_taken(&all, all.n, &all.list[i], 1)
            && !is_taken(sp, sp->n, &all.list[i], 0))
        {
            add(sp, all.list[i].s, all.list[i].len);
        }
    }
}


static void
add_char(spellings_t *sp, unsigned char c)
{
    char  text[SPELLING_MAX + 1];

    add_bytes(sp, &c, 1);

    (void) sprintf(text, "%%u00%02x", c);
    add_text(sp, text);

    (void) sprintf(text, "%%U00%02X", c);
    add_text(sp, text);

    add_overlong(sp, c);
    add_lenient(sp, c);
    add_broken(sp, c);
    add_noise(sp, c);
}


void
spellings_make(spellings_t *sp, const letter_t *letter)
{
    size_t  i;

    sp->n = 0;

    for (i = 0; letter->chars[i]; i++) {
        add_char(sp, (unsigned char) letter->chars[i]);
    }

    for (i = 0; letter->points[i]; i++) {
        add_point(sp, letter->points[i]);
    }

    for (i = 0; letter->texts[i]; i++) {
        add_text(sp, letter->texts[i]);
    }

    add_layer(sp);
    keep_distinct(sp);
}
