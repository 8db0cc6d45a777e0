
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A value that begins with a quote ends with one, in front of a separator or a
 * line end; two of them are one that is part of it.  A quote that finds no
 * second one in SCAN_ROWS_MAX bytes was none: the lines stay as they are.
 */


#include <stddef.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "scan_rows.h"


#define SCAN_ROWS_MAX  (128 * 1024)


static size_t scan_rows_quoted(scan_rows_t *rows, size_t i);
static size_t scan_rows_unquoted(scan_rows_t *rows, size_t i);
static void scan_rows_row(scan_rows_t *rows, size_t end);


void
scan_rows_feed(scan_rows_t *rows, const unsigned char *p, size_t len)
{
    size_t  i, from;

    rows->n -= rows->used;
    rows->start -= rows->used;

    if (rows->n) {
        memmove(rows->out, rows->out + rows->used, rows->n);
    }

    rows->used = 0;

    if (rows->size - rows->n < len) {
        rows->size = rows->n + len;
        rows->out = cli_realloc(rows->out, rows->size);
    }

    from = rows->n;
    memcpy(rows->out + from, p, len);
    rows->n += len;

    for (i = from; i < rows->n; /* void */ ) {
        i = rows->quoted ? scan_rows_quoted(rows, i)
                         : scan_rows_unquoted(rows, i);
    }

    if (rows->n - rows->start > SCAN_ROWS_MAX) {
        scan_rows_end(rows);
    }
}


/* up to the byte behind the quote that ends the value, or behind two quotes */

static size_t
scan_rows_quoted(scan_rows_t *rows, size_t i)
{
    const unsigned char  *quote;

    if (!rows->quote) {
        quote = memchr(rows->out + i, '"', rows->n - i);

        if (quote == NULL) {
            return rows->n;
        }

        rows->quote = 1;
        i = (size_t) (quote + 1 - rows->out);

        if (i == rows->n) {
            return i;
        }
    }

    rows->quote = 0;

    if (rows->out[i] == '"') {
        return i + 1;
    }

    rows->quoted = 0;

    return i;
}


/* up to behind the next quote, which may begin a value */

static size_t
scan_rows_unquoted(scan_rows_t *rows, size_t i)
{
    size_t                len;
    const unsigned char  *p, *quote, *nl;

    p = rows->out + i;
    quote = memchr(p, '"', rows->n - i);
    len = quote ? (size_t) (quote - p) : rows->n - i;

    nl = memchr(p, '\n', len);

    if (nl) {
        scan_rows_row(rows, (size_t) (nl - rows->out));

        /* the rows behind it have no quotes */

        nl = memrchr(p, '\n', len);
        rows->start = (size_t) (nl + 1 - rows->out);
    }

    if (len) {
        rows->within = p[len - 1] != rows->separator && p[len - 1] != '\n';
    }

    if (quote == NULL) {
        return rows->n;
    }

    rows->quoted = !rows->within;
    rows->within = 1;

    return i + len + 1;
}


/* the line ends in it are none of the text's */

static void
scan_rows_row(scan_rows_t *rows, size_t end)
{
    unsigned char  *p, *last;

    p = rows->out + rows->start;
    last = rows->out + end;

    while (p < last && (p = memchr(p, '\n', (size_t) (last - p)))) {
        *p++ = SCAN_ROWS_END;
    }

    rows->start = end + 1;
}


void
scan_rows_end(scan_rows_t *rows)
{
    if (!rows->quoted || rows->quote) {
        scan_rows_row(rows, rows->n);
    }

    rows->start = rows->n;
    rows->within = rows->quoted = rows->quote = 0;
}


size_t
scan_rows_ready(const scan_rows_t *rows)
{
    return rows->start - rows->used;
}
