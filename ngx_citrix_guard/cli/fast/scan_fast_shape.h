
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for lines of pieces that have the shape of the line before: the
 * same marks between words that may differ.
 */


#ifndef _SCAN_FAST_SHAPE_H_INCLUDED_
#define _SCAN_FAST_SHAPE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cli/bytes/scan_byte.h"
#include "scan_fast_target.h"
#include "cli/formats/scan_pieces_time.h"
#include "cli/formats/scan_pieces_status.h"
#include "cli/bytes/scan_simd.h"
#include "cli/formats/scan_types.h"
#include "cli/bytes/scan_window.h"


#if SCAN_SSE2


typedef struct {
    const scan_shape_t   *shape;
    scan_parser_t        *ps;
    const unsigned char  *start;
    const unsigned char  *end;          /* of the line */
    unsigned              pairs;
    int64_t               time;
} scan_shaped_t;


/* where scan_shape_is_mark() */

scan_inline unsigned
scan_shape_window(const unsigned char *p)
{
    scan_window_t  a, b, low, letter, word, dot;

    a = scan_window(p);
    b = scan_window(p + 1);

    low = scan_window_or(a, scan_window_fill(0x20));

    letter = scan_window_and(scan_window_over(low, scan_window_fill('a' - 1)),
                             scan_window_over(scan_window_fill('z' + 1), low));

    /* "-", ".", "/" and digits */

    word = scan_window_and(scan_window_over(a, scan_window_fill('-' - 1)),
                           scan_window_over(scan_window_fill('9' + 1), a));

    dot = scan_window_not(scan_window_is(a, '.'),
                          scan_window_over(b, scan_window_fill('.')));
    dot = scan_window_or(dot, scan_window_is(a, '/'));

    word = scan_window_or(scan_window_or(word, letter), scan_window_is(a, '_'));

    return scan_window_mask(scan_window_or(dot,
               scan_window_same(word, scan_window_fill(0))));
}


/* does a text between marks contain anything of another format? */

static inline int
scan_shape_has_time(const scan_shaped_t *sd, const unsigned char *p,
    const unsigned char *end)
{
    for ( /* void */ ; (p = memchr(p, ':', (size_t) (end - p))); p++) {
        if (scan_pieces_has_time(sd->start, sd->end, p)) {
            return 1;
        }
    }

    return 0;
}


/* the quote at the end of a string; NULL if it is not a plain one */

scan_inline const unsigned char *
scan_shape_text(scan_shaped_t *sd, const unsigned char *p)
{
    unsigned              mask;
    const unsigned char  *q;
    scan_window_t         a, found;

    for (q = p; /* void */ ; q++) {
        for ( /* void */ ; /* void */ ; q += SCAN_WINDOW) {
            a = scan_window(q);
            found = scan_window_or(scan_window_is(a, '='),
                                   scan_window_is(a, '{'));
            found = scan_window_or(found, scan_window_is(a, '\''));

            /* METHOD and a target may be another request */

            found = scan_window_or(found,
                        scan_window_and(scan_window_is(a, '/'),
                            scan_window_is(scan_window(q - 1), ' ')));
            mask = scan_window_mask(scan_window_or(scan_window_loud(q, 1),
                                                   found));
            if (mask) {
                break;
            }
        }

        q += __builtin_ctz(mask);

        if (*q != '=' || sd->pairs++) {
            break;
        }
    }

    if (*q != '"' || q[-1] == ':') {
        return NULL;
    }

    return sd->shape->timed || !scan_shape_has_time(sd, p, q) ? q : NULL;
}


/* behind the target of METHOD target; NULL: take the full way */

scan_inline const unsigned char *
scan_shape_request(scan_shaped_t *sd, const unsigned char *p)
{
    unsigned              n;
    const unsigned char  *q;

    for (q = p; *q >= 'A' && *q <= 'Z'; q++) { /* void */ }

    if (q - p < 3 || q - p > 16 || *q != ' ') {
        return NULL;
    }

    p = q + 1;

    if (*p != '/' && memcmp(p, "https://", 8) != 0
        && memcmp(p, "http://", 7) != 0)
    {
        return NULL;
    }

    q = scan_fast_target(p, ' ');

    if (q == NULL || scan_target_has_pair(p, q)
        || (memcmp(q, " HTTP/", 6) == 0) != sd->shape->protocol
        || (sd->shape->quoted && !sd->shape->protocol && *q != '"'))
    {
        return NULL;
    }

    /* a colon in it is one of those at which a time is looked for */

    if (sd->shape->late ? memchr(p, ':', (size_t) (q - p)) != NULL
                        : !sd->shape->timed && scan_shape_has_time(sd, p, q))
    {
        return NULL;
    }

    if (!sd->shape->answered) {
        return q;
    }

    /* a status that is in use must follow immediately */

    p = memchr(q, '"', (size_t) (sd->end - q));

    if (p == NULL || sd->end - p < 6 || p[1] != ' ' || p[5] != ' '
        || !scan_is_digit(p[2]) || !scan_is_digit(p[3])
        || !scan_is_digit(p[4]))
    {
        return NULL;
    }

    n = (p[2] - (unsigned) '0') * 100 + (p[3] - (unsigned) '0') * 10
        + (p[4] - (unsigned) '0');

    return scan_pieces_registered(n) ? q : NULL;
}


/* 0: the line may be of another format than the line before */

static inline int
scan_shape_bracket(const scan_shaped_t *sd, const unsigned char *p)
{
    /* the common log format, nginx's error log, our gateway.log */

    return !(p[SCAN_CLF_LEN + 1] == ']' && p[SCAN_CLF_LEN + 2] == ' '
             && p[SCAN_CLF_LEN + 3] == '"')
           && !(p - sd->start >= 20 && p[-16] == '/')
           && !(p > sd->start && p[-1] == ' ' && p[5] == '-');
}


scan_inline int
scan_shape_is_method(unsigned char c)
{
    return scan_is_capital(c) || c == '_' || c == '-';
}


/* 0: there may be METHOD and target in front of the request, or behind it */

scan_inline int
scan_shape_slash(const scan_shaped_t *sd, const unsigned char *p)
{
    unsigned char         c;
    const unsigned char  *q;

    for (q = p; q > sd->start && (q[-1] == ':' || q[-1] == '/'
                                  || (q[-1] >= 'a' && q[-1] <= 'z')); q--)
    {
        /* void */
    }

    if (q - sd->start < 4 || (q[-1] != ' ' && q[-1] != '|')) {
        return 1;
    }

    /* a method has three letters or more; two blanks take the full way */

    c = q[-2];

    return c != ' ' && c != '|'
           && !(scan_shape_is_method(c) && scan_shape_is_method(q[-3])
                && scan_shape_is_method(q[-4]));
}


/* where to go on behind a mark of this kind; NULL: take the full way */

scan_inline const unsigned char *
scan_shape_kind(scan_shaped_t *sd, unsigned kind, const unsigned char *p)
{
    switch (kind) {

    case SCAN_SHAPE_REQUEST:
        return scan_shape_request(sd, p + 1);

    case SCAN_SHAPE_STRING:
        return scan_shape_text(sd, p + 1);

    case SCAN_SHAPE_TIME:

        if (!scan_pieces_has_time(sd->start, sd->end, p)) {
            return NULL;
        }

        sd->time = scan_pieces_time_at(sd->ps, sd->start, sd->end, p);

        return sd->time == SCAN_NO_TIME ? NULL : p + 1;

    case SCAN_SHAPE_COLON:
        return scan_pieces_has_time(sd->start, sd->end, p) ? NULL : p + 1;

    case SCAN_SHAPE_SLASH:
        return scan_shape_slash(sd, p) ? p + 1 : NULL;

    case SCAN_SHAPE_BRACKET:
        return scan_shape_bracket(sd, p) ? p + 1 : NULL;

    default:
        return p == sd->end ? p : NULL;
    }
}


/* the end of the line, which is at "nl"; NULL: take the full way */

scan_inline const unsigned char *
scan_fast_shape(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *nl, int64_t *time)
{
    unsigned              kind, mask;
    scan_shaped_t         sd;
    const scan_shape_t   *shape;
    const unsigned char  *q, *mark;

    shape = &ps->shape;

    sd.ps = ps;
    sd.shape = shape;
    sd.start = p;
    sd.end = nl - (nl > p && nl[-1] == '\r');
    sd.pairs = shape->pairs;
    sd.time = SCAN_NO_TIME;

    if (shape->begins) {
        p = scan_shape_request(&sd, p);

        if (p == NULL) {
            return NULL;
        }
    }

    mark = shape->mark;
    mask = scan_shape_window(p);

    for ( ;; ) {

        while (mask == 0) {
            p += SCAN_WINDOW;
            mask = scan_shape_window(p);
        }

        q = p + __builtin_ctz(mask);
        mask &= mask - 1;

        if (*q != *mark) {
            break;
        }

        kind = mark[SCAN_SHAPE_MARKS];
        mark++;

        if (kind == SCAN_SHAPE_PLAIN) {
            continue;
        }

        q = scan_shape_kind(&sd, kind, q);

        if (q == NULL || kind == SCAN_SHAPE_END) {
            break;
        }

        /* most often it is the next byte */

        if (kind <= SCAN_SHAPE_STRING) {
            p = q;
            mask = scan_shape_window(p);
        }
    }

    /* the last mark is that at the end of the line */

    if (q != sd.end || mark < shape->mark + shape->n - 1 || sd.pairs > 1) {
        return NULL;
    }

    *time = shape->timed ? sd.time : scan_pieces_epoch(sd.start, sd.end);

    return nl;
}


#endif


#endif /* _SCAN_FAST_SHAPE_H_INCLUDED_ */
