
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Turns JSON documents that span many lines, or are very long, into lines:
 * their line ends become spaces.  A document that does not end within
 * SCAN_UNFOLD_MAX bytes, and an array at the top level, become a line for each
 * object of the outermost array of objects; the text around these counts only
 * if it may hold an attack.
 */


#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/bytes/scan_quiet.h"
#include "scan_unfold.h"


#define SCAN_UNFOLD_MAX  (512 * 1024)


static void scan_unfold_byte(scan_unfold_t *uf, unsigned char c);
static void scan_unfold_object(scan_unfold_t *uf, unsigned open);
static void scan_unfold_close(scan_unfold_t *uf, unsigned char c);
static void scan_unfold_cut(scan_unfold_t *uf);
static void scan_unfold_line(scan_unfold_t *uf);
static void scan_unfold_around(scan_unfold_t *uf);
static void scan_unfold_long(scan_unfold_t *uf);


/*
 * Where the first line that is more than brackets ends within a document.  A
 * text that has no line end and no end of the document is a long one.
 */

int
scan_unfold_is_needed(const unsigned char *p, size_t len)
{
    int                   string, words;
    unsigned              depth;
    unsigned char         top;
    const unsigned char  *last;

    string = 0;
    words = 0;
    depth = 0;
    top = 0;

    for (last = p + len; p < last; p++) {

        if (string) {

            if (*p == '\n') {
                return 0;
            }

            p += *p == '\\';
            string = p < last && *p != '"';
            continue;
        }

        switch (*p) {

        case '[':
        case '{':
            top = depth++ ? top : *p;
            words |= *p == '{';
            break;

        case '}':
        case ']':
            if (depth < 2) {

                /* others may follow on the same line, which is long */

                return p + 1 < last
                       && memchr(p, '\n', (size_t) (last - p)) == NULL;
            }

            depth--;
            break;

        case '\n':
            if (words) {

                /* lines of records within a "[" are lines */

                return depth > 1 || top == '{';
            }
            break;

        case ' ':
        case '\t':
        case '\r':
            break;

        case '"':
            string = 1;
            /* fall through */

        default:
            if (depth == 0) {
                return 0;
            }

            words = 1;
        }
    }

    return words;
}


size_t
scan_unfold_ready(const scan_unfold_t *uf)
{
    return uf->start - uf->used;
}


void
scan_unfold_feed(scan_unfold_t *uf, const unsigned char *p, size_t len)
{
    const unsigned char  *last;

    /* what was taken is not needed any more */

    uf->n -= uf->used;
    uf->start -= uf->used;
    uf->element -= uf->array_depth ? uf->used : 0;

    if (uf->n) {
        memmove(uf->out, uf->out + uf->used, uf->n);
    }

    uf->used = 0;

    /* each byte may be followed by a line end */

    if (uf->size - uf->n < 2 * len) {
        uf->size = uf->n + 2 * len;
        uf->out = cli_realloc(uf->out, uf->size);
    }

    for (last = p + len; p < last; p++) {
        scan_unfold_byte(uf, *p);
    }

    if (uf->n - uf->start > SCAN_UNFOLD_MAX) {
        scan_unfold_long(uf);
    }
}


void
scan_unfold_end(scan_unfold_t *uf)
{
    if (uf->split) {
        scan_unfold_around(uf);
    }

    uf->start = uf->n;
}


static void
scan_unfold_byte(scan_unfold_t *uf, unsigned char c)
{
    unsigned  open;

    if (uf->string) {

        /* JSON allows no line end in a string: synchronise again */

        uf->string = (uf->escape || c != '"') && c != '\n';
        uf->escape = !uf->escape && c == '\\';
        uf->out[uf->n++] = c == '\n' ? ' ' : c;
        uf->begin = c == '\n';

        return;
    }

    if (uf->depth == 0 && (uf->text || (c != '{' && c != '['))) {
        uf->text = c != '\n' && (uf->text || (c != ' ' && c != '\t' && c != ','
                                             && c != '\r'));
        uf->out[uf->n++] = c;

        if (c == '\n') {
            uf->start = uf->n;
        }

        return;
    }

    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {

        /* not needed at the beginning of a line */

        uf->out[uf->n] = ' ';
        uf->n += uf->n > uf->start;
        uf->begin = c == '\n';
        return;
    }

    if (c == ',' && uf->lines && uf->n == uf->start) {
        return;
    }

    if (c == '{' && uf->begin && uf->depth && uf->top == '{') {
        scan_unfold_cut(uf);
    }

    if (uf->depth == 0) {
        uf->top = c;
    }

    open = uf->open;
    uf->begin = 0;
    uf->open = c == '[';

    switch (c) {

    case '}':
    case ']':
        uf->out[uf->n++] = c;
        scan_unfold_close(uf, c);
        return;

    case '{':
        scan_unfold_object(uf, open);
        uf->depth++;
        break;

    case '[':
        uf->depth++;
        break;

    case '"':
        uf->string = 1;
        break;

    default:
        break;
    }

    uf->out[uf->n++] = c;
}


/* is it the first one of an array of objects? */

static void
scan_unfold_object(scan_unfold_t *uf, unsigned open)
{
    if (!open || uf->array_depth) {
        return;
    }

    uf->array_depth = uf->depth;
    uf->element = uf->n;

    if (uf->depth == 1) {
        uf->lines = 1;
        scan_unfold_around(uf);
        uf->split = 1;
    }
}


static void
scan_unfold_close(scan_unfold_t *uf, unsigned char c)
{
    uf->depth--;

    if (uf->depth == 0) {

        if (uf->split) {
            scan_unfold_around(uf);

        } else {
            scan_unfold_line(uf);
        }

        uf->array_depth = 0;
        uf->lines = uf->split = 0;

    } else if (uf->array_depth && c == '}' && uf->depth == uf->array_depth) {

        if (uf->lines) {
            scan_unfold_line(uf);
        }

    } else if (uf->lines && uf->depth < uf->array_depth) {
        uf->array_depth = 0;
        uf->lines = 0;
    }
}


/*
 * An object at the very beginning of a line within another one: the outer one
 * has no end, and is a line by itself.
 */

static void
scan_unfold_cut(scan_unfold_t *uf)
{
    scan_unfold_line(uf);

    uf->depth = uf->array_depth = 0;
    uf->lines = uf->split = 0;
}


static void
scan_unfold_line(scan_unfold_t *uf)
{
    uf->out[uf->n++] = '\n';
    uf->start = uf->n;
}


/* the text around the objects of an array belongs to none of them */

static void
scan_unfold_around(scan_unfold_t *uf)
{
    if (scan_is_quiet(uf->out + uf->start, uf->out + uf->n)) {
        uf->n = uf->start;

    } else {
        scan_unfold_line(uf);
    }
}


/* the objects of its outermost array become lines, if it has one */

static void
scan_unfold_long(scan_unfold_t *uf)
{
    size_t                len;
    unsigned char        *copy;
    const unsigned char  *p, *last;

    if (uf->lines || uf->array_depth == 0) {
        uf->start = uf->n;
        uf->split = 1;

        return;
    }

    len = uf->n - uf->element;
    copy = cli_alloc(len + 1);
    memcpy(copy, uf->out + uf->element, len);

    if (uf->size < uf->element + 2 * len + 2) {
        uf->size = uf->element + 2 * len + 2;
        uf->out = cli_realloc(uf->out, uf->size);
    }

    uf->n = uf->element;
    scan_unfold_around(uf);

    uf->depth = uf->array_depth;
    uf->string = uf->escape = uf->open = 0;
    uf->lines = uf->split = 1;

    for (p = copy, last = copy + len; p < last; p++) {
        scan_unfold_byte(uf, *p);
    }

    free(copy);
}
