
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for JSON lines.
 *
 * The lines of a log are alike: the same keys in the same order, and the same
 * text around the values.  In such a line each key means what it meant in the
 * line before, and only the values have to be examined: the target, the time,
 * and whatever else may hold an attack.
 */


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "scan_fast_json.h"
#include "scan_fast_clf.h"
#include "scan_prefilter.h"
#include "scan_quiet.h"
#include "scan_time.h"
#include "scan_types.h"


static int scan_layout_roles(scan_layout_t *layout, const scan_value_t *value,
    unsigned n);
static int scan_layout_role(const scan_value_t *value);
static int scan_layout_target(const scan_value_t *value);
static int scan_layout_is_plain(const scan_value_t *value);
static int scan_layout_add(scan_layout_t *layout, unsigned n, size_t *used,
    const unsigned char *p, const unsigned char *last);


/* "p" and "last": from the beginning of the line to the last brace */

void
scan_layout_learn(scan_layout_t *layout, const unsigned char *p,
    const unsigned char *last, const scan_value_t *value, unsigned n)
{
    size_t    used;
    unsigned  i;

    layout->n = 0;

    if (n > SCAN_LAYOUT_VALUES || scan_layout_roles(layout, value, n) == -1) {
        return;
    }

    used = 0;

    for (i = 0; i < n; i++) {
        if (scan_layout_add(layout, i, &used, p, value[i].data) == -1) {
            return;
        }

        p = value[i].last;
    }

    if (scan_layout_add(layout, n, &used, p, last) == 0) {
        layout->n = n;
    }
}


/* each text begins where 16 bytes may be read */

static int
scan_layout_add(scan_layout_t *layout, unsigned n, size_t *used,
    const unsigned char *p, const unsigned char *last)
{
    size_t  len;

    len = (size_t) (last - p);

    if (len == 0 || len + 16 > SCAN_LAYOUT_TEXT - *used) {
        return -1;
    }

    memcpy(layout->text + *used, p, len);

    layout->value[n].text = (unsigned short) *used;
    layout->value[n].len = (unsigned short) len;

    *used += len;

    return 0;
}


/*
 * Examines each value that names a target, and each that may hold one; of
 * several times the first of the highest rank counts. -1 if there is more to
 * it.
 */

static int
scan_layout_roles(scan_layout_t *layout, const scan_value_t *value, unsigned n)
{
    int           is;
    unsigned      i, target, time;

    target = 0;
    time = n;

    for (i = 0; i < n; i++) {
        is = scan_layout_role(&value[i]);

        if (is == -1) {
            return -1;
        }

        layout->value[i].is = (unsigned char) is;
        layout->value[i].quoted = (unsigned char) value[i].quoted;

        target |= value[i].field == SCAN_F_TARGET
                  || value[i].field == SCAN_F_REQUEST;

        if (value[i].field == SCAN_F_TIME) {
            if (time == n || value[i].rank > value[time].rank) {
                time = i;
            }
        }
    }

    if (!target) {
        return -1;
    }

    if (time < n) {
        layout->value[time].is = SCAN_LAYOUT_IS_TIME;
    }

    return 0;
}


static int
scan_layout_role(const scan_value_t *value)
{
    switch (value->field) {

    case SCAN_F_TARGET:
    case SCAN_F_REQUEST:
        return value->quoted ? scan_layout_target(value) : -1;

    case SCAN_F_TIME_CLF:
    case SCAN_F_TIME_ISO:
    case SCAN_F_TIME_EPOCH:
        return -1;

    case SCAN_F_QUERY:
        return value->quoted ? SCAN_LAYOUT_IS_QUERY : -1;

    case SCAN_F_VERDICT:
    case SCAN_F_OUTCOME:
        return value->quoted ? SCAN_LAYOUT_IS_VERDICT : -1;

    case SCAN_F_NONE:
    case SCAN_F_HOST:
    case SCAN_F_LINE:

        if (!value->quoted) {
            return SCAN_LAYOUT_IS_ANY;
        }

        if (scan_layout_is_plain(value)) {
            return SCAN_LAYOUT_IS_PLAIN;
        }

        return scan_layout_target(value) == SCAN_LAYOUT_IS_TARGET
               ? SCAN_LAYOUT_IS_TARGET : -1;

    default:
        return SCAN_LAYOUT_IS_ANY;
    }
}


/* METHOD target PROTOCOL, or the target alone */

static int
scan_layout_target(const scan_value_t *value)
{
    return memchr(value->data, ' ', (size_t) (value->last - value->data))
           ? SCAN_LAYOUT_IS_REQUEST : SCAN_LAYOUT_IS_TARGET;
}


/* it lacks what every attack has */

static int
scan_layout_is_plain(const scan_value_t *value)
{
    const unsigned char  *p;

    for (p = value->data; p < value->last; p++) {
        if (*p == '/' || *p == '%' || *p == '\\') {
            return 0;
        }
    }

    return 1;
}


#if SCAN_SSE2


/* which of 16 bytes differ */

static inline unsigned
scan_layout_differ(const unsigned char *p, const unsigned char *text)
{
    return 0xffff ^ (unsigned) _mm_movemask_epi8(
               _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *) p),
                              _mm_loadu_si128((const __m128i *) text)));
}


/* the end of the text before a value, or before the end of the line */

static inline const unsigned char *
scan_layout_text(const scan_layout_t *layout, const scan_layout_value_t *value,
    const unsigned char *p, const unsigned char *last)
{
    unsigned              len;
    const unsigned char  *text;

    text = layout->text + value->text;
    len = value->len;

    if (last - p < (ptrdiff_t) len + 16) {
        return NULL;
    }

    for ( /* void */ ; len > 16; len -= 16) {
        if (scan_layout_differ(p, text)) {
            return NULL;
        }

        p += 16;
        text += 16;
    }

    return scan_layout_differ(p, text) << (32 - len) ? NULL : p + len;
}


/* the first quote, backslash or newline; with "attack" also attack bytes */

static inline const unsigned char *
scan_layout_find(const unsigned char *p, const unsigned char *last, int attack)
{
    unsigned  mask;
    __m128i   a, found;

    for ( /* void */ ; last - p >= 16; p += 16) {
        a = _mm_loadu_si128((const __m128i *) p);

        found = _mm_or_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('"')),
                             _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(a, _mm_set1_epi8('\n')));

        if (attack) {
            found = _mm_or_si128(found, _mm_cmpeq_epi8(a, _mm_set1_epi8('/')));
            found = _mm_or_si128(found, _mm_cmpeq_epi8(a, _mm_set1_epi8('%')));
        }

        mask = (unsigned) _mm_movemask_epi8(found);

        if (mask) {
            return p + __builtin_ctz(mask);
        }
    }

    return NULL;
}


/* the end of a string, or a backslash before it */

static inline const unsigned char *
scan_layout_quote(const unsigned char *p, const unsigned char *last)
{
    return scan_layout_find(p, last, 0);
}


/*
 * the same for a string that holds neither a field of a request nor an attack
 */

static inline const unsigned char *
scan_layout_string(const unsigned char *p, const unsigned char *last)
{
    int                   loud;
    unsigned              mask;
    __m128i               found;
    const unsigned char  *q, *start;

    loud = 0;
    start = p;

    for (q = p; last - p >= 17; p = q > p + 16 ? q : p + 16) {

        found = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *) p),
                               _mm_set1_epi8('"'));
        found = _mm_or_si128(found, scan_loud_bytes(p));

        for (mask = (unsigned) _mm_movemask_epi8(found);
             mask;
             mask &= mask - 1)
        {
            /* after a backslash */

            if (p + __builtin_ctz(mask) < q) {
                continue;
            }

            q = p + __builtin_ctz(mask);

            if (*q == '"') {
                return !loud || scan_is_quiet(start, q) ? q : NULL;
            }

            if (*q == '\n' || (*q == '\\' && q[1] == '\n')) {
                return NULL;
            }

            loud |= *q != '[';
            q += *q == '\\' ? 2 : 0;
        }
    }

    return NULL;
}


/* the same for a string that lacks what every attack has */

static inline const unsigned char *
scan_layout_plain(const unsigned char *p, const unsigned char *last)
{
    p = scan_layout_find(p, last, 1);

    return p && *p == '"' ? p : NULL;
}


/* the end of a number or word: a comma, a bracket, a space or a newline */

static inline const unsigned char *
scan_layout_bare(const unsigned char *p, const unsigned char *last)
{
    unsigned  mask, odd;
    __m128i   a, b, found;

    if (last - p < 16 || *p == '"' || *p == '{' || *p == '[') {
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

    /* a number lacks what every attack has */

    found = _mm_or_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('/')),
                         _mm_cmpeq_epi8(a, _mm_set1_epi8('%')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));

    odd = (unsigned) _mm_movemask_epi8(found);

    return odd & (mask ^ (mask - 1)) ? NULL : p + __builtin_ctz(mask);
}


static inline const unsigned char *
scan_layout_time(scan_parser_t *ps, const scan_layout_value_t *value,
    const unsigned char *p, const unsigned char *last, int64_t *time)
{
    const unsigned char  *end;

    end = value->quoted ? scan_layout_quote(p, last)
                        : scan_layout_bare(p, last);

    /* a date alone: its time of day may be in another value */

    if (end == NULL || (end - p == 10 && (p[4] == '-' || p[4] == '/'))) {
        return NULL;
    }

    *time = scan_time_cached(&ps->clock, p, (size_t) (end - p));

    return *time == SCAN_NO_TIME ? NULL : end;
}


/* the module's own words for a request without a finding */

static inline const unsigned char *
scan_layout_verdict(const unsigned char *p, const unsigned char *last)
{
    if (last - p < 5) {
        return NULL;
    }

    if (*p == '-') {
        return p + 1;
    }

    return memcmp(p, "pass", 4) == 0 ? p + 4 : p;
}


static int
scan_layout_is_url(const unsigned char *p, const unsigned char *last)
{
    return last - p > 8
           && (memcmp(p, "https://", 8) == 0 || memcmp(p, "http://", 7) == 0);
}


static inline int
scan_layout_is_method(const unsigned char *p, const unsigned char *last)
{
    const unsigned char  *start;

    for (start = p; p < last && ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z');
         p++)
    {
        /* void */
    }

    return p > start && p < last && *p == ' ';
}


static inline const unsigned char *
scan_shape_value(scan_parser_t *ps, const scan_layout_value_t *value,
    const unsigned char *p, const unsigned char *last, int64_t *time)
{
    switch (value->is) {

    case SCAN_LAYOUT_IS_TARGET:
        return *p == '/' || scan_layout_is_url(p, last)
               ? scan_clean_target(p, last) : NULL;

    case SCAN_LAYOUT_IS_REQUEST:
        return scan_layout_is_method(p, last) ? scan_fast_request(p, last)
                                              : NULL;

    case SCAN_LAYOUT_IS_TIME:
        return scan_layout_time(ps, value, p, last, time);

    case SCAN_LAYOUT_IS_QUERY:
        return *p == '"' ? p : scan_clean_target(p, last);

    case SCAN_LAYOUT_IS_VERDICT:
        return scan_layout_verdict(p, last);

    case SCAN_LAYOUT_IS_PLAIN:
        return scan_layout_plain(p, last);

    default:
        return value->quoted ? scan_layout_string(p, last)
                             : scan_layout_bare(p, last);
    }
}


const unsigned char *
scan_fast_json(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, int64_t *time)
{
    unsigned              i;
    const scan_layout_t  *layout;

    layout = &ps->layout;

    if (layout->n == 0) {
        return NULL;
    }

    *time = SCAN_NO_TIME;

    for (i = 0; i < layout->n; i++) {
        p = scan_layout_text(layout, &layout->value[i], p, last);

        if (p == NULL || p == last) {
            return NULL;
        }

        p = scan_shape_value(ps, &layout->value[i], p, last, time);

        if (p == NULL) {
            return NULL;
        }
    }

    p = scan_layout_text(layout, &layout->value[layout->n], p, last);

    /* another record may follow */

    return p && (*p == '\n' || (*p == '\r' && p[1] == '\n')) ? p : NULL;
}


#endif
