
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


static void scan_rows_row(scan_rows_t *rows, size_t end);


void
scan_rows_feed(scan_rows_t *rows, const unsigned char *p, size_t len)
{
    size_t                i, from;
    unsigned char         c;
    const unsigned char  *next;

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

    /* without a quote each line is a row */

    if (!rows->quoted && memchr(p, '"', len) == NULL) {
        p = memrchr(rows->out + from, '\n', len);

        if (p) {
            rows->start = (size_t) (p + 1 - rows->out);
        }

        rows->within = rows->n > rows->start
                       && rows->out[rows->n - 1] != rows->separator;
        return;
    }

    for (i = from; i < rows->n; i++) {

        if (rows->quoted && !rows->quote) {
            next = memchr(rows->out + i, '"', rows->n - i);

            if (next == NULL) {
                break;
            }

            i = (size_t) (next - rows->out);
            rows->quote = 1;
            continue;
        }

        c = rows->out[i];

        /* the second one of two */

        if (rows->quote && c == '"') {
            rows->quote = 0;
            continue;
        }

        rows->quoted = !rows->within && c == '"';
        rows->quote = 0;
        rows->within = c != rows->separator && c != '\n';

        if (c == '\n') {
            scan_rows_row(rows, i);
        }
    }

    if (rows->n - rows->start > SCAN_ROWS_MAX) {
        scan_rows_end(rows);
    }
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
