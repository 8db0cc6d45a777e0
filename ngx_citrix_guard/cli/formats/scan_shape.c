
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Lines of pieces that a program wrote differ in their words, and not in what
 * is between them.  Where the marks are the same, the request is behind the
 * same one, and so is the time; what else the recognisers ask for is a question
 * about some of the marks, which the fast path asks as well.
 */


#include <string.h>

#include "scan_shape.h"
#include "scan_pieces_request.h"
#include "scan_types.h"


static void scan_shape_add(scan_shape_t *shape, unsigned char mark,
    unsigned char kind);
static int scan_shape_marks(scan_shape_t *shape, const scan_pieces_t *pc,
    const unsigned char *p, const unsigned char *last);
static int scan_shape_mark(scan_shape_t *shape, const scan_pieces_t *pc,
    const unsigned char *p);
static const unsigned char *scan_shape_string(scan_shape_t *shape,
    const unsigned char *p, const unsigned char *last);


void
scan_shape_learn(scan_parser_t *ps, const scan_pieces_t *pc)
{
    scan_shape_t  *shape;

    shape = &ps->shape;
    memset(shape, 0, sizeof(scan_shape_t));

    /* METHOD and target, in quotes or not */

    if (pc->target || pc->alone || ps->depth || ps->w3c.n || ps->rest || *pc->p == '#'
        || (pc->request > pc->p && pc->request[-1] == '\''))
    {
        return;
    }

    shape->begins = pc->request == pc->p;
    shape->quoted = pc->request > pc->p && pc->request[-1] == '"';
    shape->protocol = memmem(pc->request, (size_t) (pc->behind - pc->request),
                             " HTTP/", 6) != NULL;
    shape->timed = pc->time != NULL;
    shape->late = pc->time > pc->request;

    if (scan_shape_marks(shape, pc, pc->p, pc->last) == -1
        || (!shape->begins && !shape->requests)
        || shape->timed != shape->times)
    {
        return;
    }

    scan_shape_add(shape, '\n', SCAN_SHAPE_END);
    shape->known = 1;
}


static void
scan_shape_add(scan_shape_t *shape, unsigned char mark, unsigned char kind)
{
    shape->mark[shape->n] = mark;
    shape->mark[SCAN_SHAPE_MARKS + shape->n++] = kind;
}


static int
scan_shape_marks(scan_shape_t *shape, const scan_pieces_t *pc,
    const unsigned char *p, const unsigned char *last)
{
    const unsigned char  *end;

    /* the end of the target; the protocol is behind it */

    end = pc->end;

    if (shape->protocol) {
        end = memmem(pc->request, (size_t) (pc->behind - pc->request),
                     " HTTP/", 6);
    }

    if (shape->begins) {
        p = end;
    }

    for ( /* void */ ; p < last; p++) {

        if (!scan_shape_is_mark(p)) {
            continue;
        }

        if (shape->n == SCAN_SHAPE_MARKS - 1 || scan_shape_mark(shape, pc, p) == -1)
        {
            return -1;
        }

        if (p + 1 == pc->request) {
            shape->mark[SCAN_SHAPE_MARKS + shape->n - 1] = SCAN_SHAPE_REQUEST;
            shape->requests++;
            p = end - 1;

        } else if (*p == '"' && p >= pc->behind) {
            p = scan_shape_string(shape, p, last);

            if (p == NULL) {
                return -1;
            }

        } else if (*p == '"' && p + 1 != pc->behind) {
            return -1;
        }
    }

    return 0;
}


/* may there be nothing but a scheme in front of the slash, up to a blank? */

static int
scan_shape_may_begin(const unsigned char *start, const unsigned char *p)
{
    while (p > start && (!scan_shape_is_mark(p - 1) || p[-1] == ':'
                         || p[-1] == '/'))
    {
        p--;
    }

    return p == start || p[-1] == ' ' || p[-1] == '|' || p[-1] == '"';
}


/* adds one; -1: it is one by which other formats are recognised */

static int
scan_shape_mark(scan_shape_t *shape, const scan_pieces_t *pc,
    const unsigned char *p)
{
    unsigned char  kind;

    switch (*p) {

    case '{':
    case '\'':
    case '\\':
    case '%':
    case '.':
        return -1;

    case ':':
        shape->times += p == pc->time;
        kind = p == pc->time ? SCAN_SHAPE_TIME
               : pc->time && p > pc->time ? SCAN_SHAPE_PLAIN
               : SCAN_SHAPE_COLON;
        break;

    case '/':
        kind = scan_shape_may_begin(pc->p, p) ? SCAN_SHAPE_SLASH
                                              : SCAN_SHAPE_PLAIN;
        break;

    case '[':
        kind = SCAN_SHAPE_BRACKET;
        break;

    case '"':
        if (shape->n && shape->mark[shape->n - 1] == ':') {
            return -1;
        }

        /* without an answer, what is behind "] " may be no request */

        shape->answered |= p < pc->request && shape->n > 1
                           && shape->mark[shape->n - 1] == ' '
                           && shape->mark[shape->n - 2] == ']';

        kind = SCAN_SHAPE_PLAIN;
        break;

    case '=':
        if (shape->pairs++) {
            return -1;
        }

        kind = SCAN_SHAPE_PLAIN;
        break;

    default:
        if (*p < ' ' || *p >= 0x7f) {
            return -1;
        }

        kind = SCAN_SHAPE_PLAIN;
    }

    scan_shape_add(shape, *p, kind);

    return 0;
}


/* up to its last quote, which is a mark as well */

static const unsigned char *
scan_shape_string(scan_shape_t *shape, const unsigned char *p,
    const unsigned char *last)
{
    const unsigned char  *end;

    shape->mark[SCAN_SHAPE_MARKS + shape->n - 1] = SCAN_SHAPE_STRING;

    p++;
    end = memchr(p, '"', (size_t) (last - p));

    if (end == NULL || shape->n == SCAN_SHAPE_MARKS - 1) {
        return NULL;
    }

    scan_shape_add(shape, '"', SCAN_SHAPE_PLAIN);

    return end;
}
