
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for JSON lines that have the layout of the line before: only
 * the values are looked at, the target, the time, and what else may tell of an
 * attack.
 */


#ifndef _SCAN_FAST_JSON_H_INCLUDED_
#define _SCAN_FAST_JSON_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "scan_fast_target.h"
#include "cli/formats/scan_quiet.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "cli/formats/scan_simd.h"
#include "cli/formats/scan_window.h"


#if SCAN_SSE2


/* do the first "len" bytes of two windows differ? */

static inline unsigned
scan_layout_differ(const unsigned char *p, const unsigned char *text,
    unsigned len)
{
    return ~scan_window_mask(scan_window_same(scan_window(p),
                                              scan_window(text)))
           << (32 - len);
}


/* the end of the text in front of a value, or of the line's */

static inline const unsigned char *
scan_layout_text(const scan_layout_t *layout, const scan_layout_value_t *value,
    const unsigned char *p)
{
    unsigned              len;
    const unsigned char  *text;

    text = layout->text + value->text;

    for (len = value->len; len > SCAN_WINDOW; len -= SCAN_WINDOW) {
        if (scan_layout_differ(p, text, SCAN_WINDOW)) {
            return NULL;
        }

        p += SCAN_WINDOW;
        text += SCAN_WINDOW;
    }

    return scan_layout_differ(p, text, len) ? NULL : p + len;
}


/* the end of a string, or a backslash or a newline before it */

static inline const unsigned char *
scan_layout_quote(const unsigned char *p)
{
    unsigned       mask;
    scan_window_t  a, found;

    for ( ;; p += SCAN_WINDOW) {
        a = scan_window(p);

        found = scan_window_or(scan_window_is(a, '"'),
                               scan_window_is(a, '\\'));
        mask = scan_window_mask(scan_window_or(found,
                                               scan_window_is(a, '\n')));

        if (mask) {
            return p + __builtin_ctz(mask);
        }
    }
}


/* the end of a string with something odd in it, from "q" on */

static inline const unsigned char *
scan_layout_odd(const unsigned char *p, const unsigned char *q)
{
    for ( /* void */ ; *q != '"'; q++) {

        q += *q == '\\';

        if (*q == '\n') {
            return NULL;
        }
    }

    return scan_is_quiet(p, q) ? q : NULL;
}


/* the end of a string that no field of a request is in, nor an attack */

static inline const unsigned char *
scan_layout_string(const unsigned char *p)
{
    unsigned              mask;
    const unsigned char  *q;

    for (q = p; /* void */ ; q += SCAN_WINDOW) {

        mask = scan_window_mask(scan_window_loud(q, 1));

        if (mask) {
            q += __builtin_ctz(mask);

            return *q == '"' ? q : scan_layout_odd(p, q);
        }
    }
}


/* the same for a string with nothing in it that every attack has */

static inline const unsigned char *
scan_layout_plain(const unsigned char *p)
{
    const unsigned char  *q;

    q = scan_layout_quote(p);

    return *q == '"' && memchr(p, '/', (size_t) (q - p)) == NULL
           && memchr(p, '%', (size_t) (q - p)) == NULL
           ? q : NULL;
}


/* a comma, a bracket, a blank or a newline ends it */

static inline const unsigned char *
scan_layout_word(const unsigned char *p)
{
    unsigned  mask, odd;
    __m128i   a, b, found;

    if (*p == '"' || *p == '{' || *p == '[') {
        return NULL;
    }

    a = _mm_loadu_si128((const __m128i *) p);

    /* "}" and "]" */
    b = _mm_or_si128(a, _mm_set1_epi8(0x20));

    found = _mm_or_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8(',')),
                         _mm_cmpeq_epi8(b, _mm_set1_epi8('}')));
    found = _mm_or_si128(found, _mm_cmplt_epi8(a, _mm_set1_epi8('!')));

    mask = (unsigned) _mm_movemask_epi8(found);

    if (mask == 0 || (mask & 1)) {
        return NULL;
    }

    /* no number has what every attack has */

    found = _mm_or_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('/')),
                         _mm_cmpeq_epi8(a, _mm_set1_epi8('%')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));

    odd = (unsigned) _mm_movemask_epi8(found);

    return odd & (mask ^ (mask - 1)) ? NULL : p + __builtin_ctz(mask);
}


/* the end of a number or a word */

static inline const unsigned char *
scan_layout_bare(const unsigned char *p)
{
    unsigned              mask;
    __m128i               a;
    const unsigned char  *q;

    a = _mm_sub_epi8(_mm_loadu_si128((const __m128i *) p),
                     _mm_set1_epi8('0'));
    a = _mm_cmpeq_epi8(_mm_min_epu8(a, _mm_set1_epi8(9)), a);
    mask = ~(unsigned) _mm_movemask_epi8(a);
    q = p + __builtin_ctz(mask);

    return q > p && (*q == ',' || *q == '}') ? q : scan_layout_word(p);
}


/* a date alone, whose clock may be elsewhere */

#define SCAN_DATE_LEN  10


static inline const unsigned char *
scan_layout_time(scan_parser_t *ps, const scan_layout_value_t *value,
    const unsigned char *p, int64_t *time)
{
    const unsigned char  *end;

#ifdef SCAN_WIDE

    /* most often it is the time of the line before */

    if (value->quoted && ps->clock.len > SCAN_DATE_LEN
        && ps->clock.len <= SCAN_WINDOW)
    {        end = p + ps->clock.len;

        if (!scan_layout_differ(p, ps->clock.text, ps->clock.len)
            && *end == '"')
        {
            *time = ps->clock.time;
            return end;
        }
    }

#endif

    end = value->quoted ? scan_layout_quote(p) : scan_layout_bare(p);

    if (end == NULL || (end - p == SCAN_DATE_LEN && (p[4] == '-' || p[4] == '/'))) {
        return NULL;
    }

    *time = scan_time_cached(&ps->clock, p, (size_t) (end - p));

    return *time == SCAN_NO_TIME ? NULL : end;
}


/* the module's own words for a request in which there was nothing */

static inline const unsigned char *
scan_layout_verdict(const unsigned char *p)
{
    if (*p == '-') {
        return p + 1;
    }

    return memcmp(p, "pass", 4) == 0 ? p + 4 : p;
}


static inline int
scan_layout_is_url(const unsigned char *p)
{
    return memcmp(p, "https://", 8) == 0 || memcmp(p, "http://", 7) == 0;
}


static inline int
scan_layout_is_method(const unsigned char *p)
{
    const unsigned char  *start;

    for (start = p; (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'; p++) {
        /* void */
    }

    return p > start && *p == ' ';
}


static inline const unsigned char *
scan_layout_value(scan_parser_t *ps, const scan_layout_value_t *value,
    const unsigned char *p, int64_t *time)
{
    switch (value->is) {

    case SCAN_LAYOUT_IS_TARGET:
        return *p == '/' || scan_layout_is_url(p) ? scan_fast_target(p) : NULL;

    case SCAN_LAYOUT_IS_REQUEST:
        return scan_layout_is_method(p) ? scan_fast_request(p) : NULL;

    case SCAN_LAYOUT_IS_TIME:
        return scan_layout_time(ps, value, p, time);

    case SCAN_LAYOUT_IS_QUERY:
        return *p == '"' ? p : scan_fast_target(p);

    case SCAN_LAYOUT_IS_VERDICT:
        return scan_layout_verdict(p);

    case SCAN_LAYOUT_IS_PLAIN:
        return scan_layout_plain(p);

    default:
        return scan_layout_bare(p);
    }
}


/* the end of the line; NULL: take the full way */

static inline const unsigned char *
scan_fast_json(scan_parser_t *ps, const unsigned char *p, int64_t *time)
{
    const scan_layout_t        *layout;
    const scan_layout_value_t  *value, *end;

    layout = &ps->layout;

    if (layout->n == 0) {
        return NULL;
    }

    *time = SCAN_NO_TIME;
    end = layout->value + layout->n;

    for (value = layout->value; value < end; value++) {
        p = scan_layout_text(layout, value, p);

        if (p == NULL) {
            return NULL;
        }

        p = value->is == SCAN_LAYOUT_IS_STRING
            ? scan_layout_string(p)
            : scan_layout_value(ps, value, p, time);

        if (p == NULL) {
            return NULL;
        }
    }

    p = scan_layout_text(layout, end, p);

    /* another record may follow */

    if (p && *p == '\r') {
        p++;
    }

    return p && *p == '\n' ? p : NULL;
}


#endif


#endif /* _SCAN_FAST_JSON_H_INCLUDED_ */
