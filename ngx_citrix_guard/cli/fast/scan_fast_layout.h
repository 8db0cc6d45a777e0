
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for lines that have the layout of the line before: JSON, rows
 * of a table, pairs of names and values.  Only the values are looked at: the
 * target, the time, and whatever else may hold an attack.
 */


#ifndef _SCAN_FAST_LAYOUT_H_INCLUDED_
#define _SCAN_FAST_LAYOUT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cli/bytes/scan_byte.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_fast_memo.h"
#include "scan_fast_target.h"
#include "scan_fast_time.h"
#include "cli/bytes/scan_quiet.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "cli/bytes/scan_simd.h"
#include "cli/bytes/scan_window.h"


#if SCAN_SSE2


#ifdef SCAN_WIDE
#define scan_layout_mask(value)  (value)->mask32
#else
#define scan_layout_mask(value)  (value)->mask16
#endif


/* the end of the text in front of a value, or of the line's */

scan_inline const unsigned char *
scan_layout_text(const scan_layout_t *layout, const scan_layout_value_t *value,
    const unsigned char *p)
{
    unsigned              len;
    const unsigned char  *text;

    text = layout->text + value->text;

    for (len = value->len; len > SCAN_WINDOW; len -= SCAN_WINDOW) {
        if (scan_window_differ(p, text)) {
            return NULL;
        }

        p += SCAN_WINDOW;
        text += SCAN_WINDOW;
    }

    return scan_window_differ(p, text) & scan_layout_mask(value) ? NULL
                                                                 : p + len;
}


/* the end of a string, or a backslash or a newline before it */

scan_inline const unsigned char *
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


/* the end of a string that contains something odd, from "q" on */

static inline const unsigned char *
scan_layout_odd(const scan_layout_t *layout, const unsigned char *p,
    const unsigned char *q)
{
    unsigned  escapes;

    /* in a row of a table a backslash is an ordinary byte */

    escapes = layout->format == SCAN_JSON || layout->format == SCAN_PAIRS;

    for ( /* void */ ; *q != '"'; q++) {

        if (*q == '\\') {
            if (!escapes) {
                return NULL;
            }

            q++;
        }

        if (*q == '\n') {
            return NULL;
        }
    }

    return scan_is_quiet(p, q) ? q : NULL;
}


/* the end of a string that no field of a request is in, nor an attack */

scan_inline const unsigned char *
scan_layout_string(const scan_layout_t *layout, const unsigned char *p)
{
    unsigned              mask;
    const unsigned char  *q;

    for (q = p; /* void */ ; q += SCAN_WINDOW) {

        mask = scan_window_mask(scan_window_loud(q, 1));

        if (mask) {
            q += __builtin_ctz(mask);

            return *q == '"' ? q : scan_layout_odd(layout, p, q);
        }
    }
}


/* where the byte is that ends a value without quotes, or the line's end */

scan_inline const unsigned char *
scan_layout_stop(const unsigned char *p, unsigned stop,
    const unsigned char *end)
{
    unsigned              mask;
    const unsigned char  *q;

    for (q = p; q < end; q += SCAN_WINDOW) {

        mask = scan_window_mask(scan_window_is(scan_window(q), stop));

        if (mask) {
            q += __builtin_ctz(mask);

            return q < end ? q : end;
        }
    }

    return end;
}


/* the end of a string without quotes, with nothing of an attack in it */

scan_inline const unsigned char *
scan_layout_unquoted(const unsigned char *p, unsigned stop,
    const unsigned char *end)
{
    unsigned              mask;
    const unsigned char  *q;

    if (*p == '"' || *p == '\'') {
        return NULL;
    }

    for (q = p; /* void */ ; q += SCAN_WINDOW) {

        mask = scan_window_mask(scan_window_or(scan_window_loud(q, 0),
                                   scan_window_is(scan_window(q), stop)));

        if (mask) {
            q += __builtin_ctz(mask);

            if (*q == stop || q >= end) {
                return q < end ? q : end;
            }

            q = scan_layout_stop(q, stop, end);

            return scan_is_quiet(p, q) ? q : NULL;
        }
    }
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

    /* no number contains what every attack contains */

    found = _mm_or_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('/')),
                         _mm_cmpeq_epi8(a, _mm_set1_epi8('%')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));

    odd = (unsigned) _mm_movemask_epi8(found);

    return odd & (mask ^ (mask - 1)) ? NULL : p + __builtin_ctz(mask);
}


/* the end of a number or a word */

scan_inline const unsigned char *
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


scan_inline const unsigned char *
scan_layout_time(scan_parser_t *ps, const scan_layout_value_t *value,
    const unsigned char *p, const unsigned char *end, int64_t *time,
    scan_format_e kind)
{
    const unsigned char  *q;

#ifdef SCAN_WIDE

    /* most often it is in the minute of the line before */

    if (value->quoted && ps->clock.at && ps->clock.len <= SCAN_WINDOW) {
        q = p + ps->clock.len;
        *time = scan_fast_time_near(&ps->clock, p, ps->clock.at,
                                    ps->clock.len);

        if (*time != SCAN_NO_TIME && *q == '"') {
            return q;
        }
    }

#endif

    if (value->quoted) {
        q = scan_layout_quote(p);

    } else if (kind == SCAN_JSON) {
        q = scan_layout_bare(p);

    } else {
        q = *p == '"' || *p == '\'' ? NULL
                                    : scan_layout_stop(p, value->stop, end);
    }

    if (q == NULL || (q - p == SCAN_DATE_LEN && (p[4] == '-' || p[4] == '/'))) {
        return NULL;
    }

    *time = scan_time_cached(&ps->clock, p, (size_t) (q - p));

    return *time == SCAN_NO_TIME ? NULL : q;
}


/* its hour and minute are those of the layout */

scan_inline const unsigned char *
scan_layout_clock(const scan_layout_t *layout, const unsigned char *p,
    int64_t *time)
{
    unsigned  tens, ones;

    tens = p[0] - (unsigned) '0';
    ones = p[1] - (unsigned) '0';

    if (tens > 5 || ones > 9) {
        return NULL;
    }

    *time = layout->minute + tens * 10 + ones;
    p += 2;

    if (*p == '.') {
        do {
            p++;
        } while (scan_is_digit(*p));
    }

    return p;
}


/* the module's own words for a request without a finding */

scan_inline const unsigned char *
scan_layout_verdict(const unsigned char *p)
{
    if (*p == '-') {
        return p + 1;
    }

    return memcmp(p, "pass", 4) == 0 ? p + 4 : p;
}


scan_inline int
scan_layout_is_url(const unsigned char *p)
{
    return memcmp(p, "https://", 8) == 0 || memcmp(p, "http://", 7) == 0;
}


scan_inline int
scan_layout_is_method(const unsigned char *p)
{
    const unsigned char  *start;

    for (start = p; (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'; p++) {
        /* void */
    }

    return p > start && *p == ' ';
}


/* how many marks of its layout a text contains */

scan_inline unsigned
scan_layout_count(const scan_layout_t *layout, const unsigned char *p,
    const unsigned char *end)
{
    unsigned       mask, n;
    scan_window_t  a, found;

    for (n = 0; p < end; p += SCAN_WINDOW) {
        a = scan_window(p);

        found = scan_window_or(scan_window_is(a, layout->mark[0]),
                               scan_window_is(a, layout->mark[1]));
        found = scan_window_or(found, scan_window_is(a, layout->mark[2]));

        mask = scan_window_mask(found);

        if (end - p < SCAN_WINDOW) {
            mask &= (1u << (end - p)) - 1;
        }

        n += (unsigned) __builtin_popcount(mask);
    }

    return n;
}


/* a target, alone or in a request; "marks" counts what only it may have */

scan_inline const unsigned char *
scan_layout_target(const scan_layout_t *layout,
    const scan_layout_value_t *value, const unsigned char *p, unsigned *marks,
    scan_format_e kind)
{
    unsigned              n;
    const unsigned char  *q;

    if (value->is == SCAN_LAYOUT_IS_REQUEST) {
        q = scan_layout_is_method(p) ? scan_fast_request(p) : NULL;

    } else if (value->is == SCAN_LAYOUT_IS_QUERY && *p == value->stop) {
        return p;

    } else if (value->is == SCAN_LAYOUT_IS_TARGET && *p != '/'
               && !scan_layout_is_url(p))
    {
        return NULL;

    } else if (kind == SCAN_JSON || value->quoted || value->stop == ' ') {
        q = scan_fast_target(p, ' ');

    } else {
        q = scan_fast_target(p, value->stop);
    }

    if (q == NULL || kind == SCAN_JSON || layout->format != SCAN_PAIRS) {
        return q;
    }

    n = scan_layout_count(layout, p, q);
    *marks += n;

    return n && !value->quoted && scan_target_has_pair(p, q) ? NULL : q;
}


/* a string that no field of a request is in, unless it is a line of its own */

scan_inline const unsigned char *
scan_layout_other(const scan_layout_t *layout,
    const scan_layout_value_t *value, const unsigned char *p,
    const unsigned char *end, scan_format_e kind)
{
    const unsigned char  *q;

    if (value->some && *p == value->stop) {
        return NULL;
    }

    q = kind == SCAN_JSON || value->quoted
        ? scan_layout_string(layout, p)
        : scan_layout_unquoted(p, value->stop, end);

    return q && value->line && scan_may_have_stage(p, (size_t) (q - p))
           ? NULL : q;
}


scan_inline const unsigned char *
scan_layout_value(scan_parser_t *ps, const scan_layout_value_t *value,
    const unsigned char *p, const unsigned char *end, int64_t *time,
    unsigned *marks, scan_format_e kind)
{
    switch (value->is) {

    case SCAN_LAYOUT_IS_TEXT:

        if (*p == '{') {
            return NULL;
        }

        /* fall through */

    case SCAN_LAYOUT_IS_STRING:

        return scan_layout_other(&ps->layout, value, p, end, kind);

    case SCAN_LAYOUT_IS_TIME:
        return scan_layout_time(ps, value, p, end, time, kind);

    case SCAN_LAYOUT_IS_CLOCK:
        return scan_layout_clock(&ps->layout, p, time);

    case SCAN_LAYOUT_IS_VERDICT:
        return scan_layout_verdict(p);

    case SCAN_LAYOUT_IS_BARE:
        return value->some && *p == 'n' ? NULL : scan_layout_bare(p);

    default:
        return scan_layout_target(&ps->layout, value, p, marks, kind);
    }
}


/*
 * The end of the line; NULL: take the full way.  "kind" is SCAN_JSON, where the
 * last value's end shows where "nl" is, or SCAN_UNKNOWN, and "nl" is the end.
 */

scan_inline const unsigned char *
scan_fast_layout(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *nl, scan_memo_t *memo, int64_t *time,
    scan_format_e kind)
{
    unsigned                    marks;
    scan_memo_t                *now;
    const unsigned char        *q, *run, *start, *line_end;
    const scan_layout_t        *layout;
    const scan_layout_value_t  *value, *end, *due;

    layout = &ps->layout;
    start = p;
    line_end = kind == SCAN_JSON ? nl : nl - (nl > p && nl[-1] == '\r');

    if (layout->n == 0
        || (*p == '#' && kind != SCAN_JSON))
    {
        return NULL;
    }

    *time = SCAN_NO_TIME;
    marks = 0;

    run = NULL;
    now = NULL;
    due = NULL;

    value = layout->value;
    end = value + layout->n;

    p = scan_layout_text(layout, value, p);

    if (p == NULL) {
        return NULL;
    }

    while (value < end) {

        if (value->run) {
            now = &memo[value->memo];
            q = scan_memo_again(now, p, line_end);

            if (q) {
                p = q;
                value += value->run;
                continue;
            }

            run = p;
            due = value + value->run;
        }

        p = scan_layout_value(ps, value, p, line_end, time, &marks, kind);

        if (p == NULL) {
            return NULL;
        }

        p = scan_layout_text(layout, ++value, p);

        if (p == NULL) {
            return NULL;
        }

        if (value == due) {
            scan_memo_keep(now, run, p);
        }
    }

    /* another record may follow */

    if (kind == SCAN_JSON) {
        p += *p == '\r';

        return *p == '\n' ? p : NULL;
    }

    if (p != line_end
        || (kind != SCAN_JSON && layout->mark[0]
            && scan_layout_count(layout, start, p) != layout->marks + marks))
    {
        return NULL;
    }

    return nl;
}


#endif


#endif /* _SCAN_FAST_LAYOUT_H_INCLUDED_ */
