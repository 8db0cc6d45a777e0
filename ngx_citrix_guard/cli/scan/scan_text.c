
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Most files are lines of ASCII and pass through.  What is in UTF-16 or UTF-32
 * is converted; JSON documents over many lines, and rows of a table, become
 * lines.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/formats/scan_charset.h"
#include "cli/formats/scan_rows.h"
#include "cli/formats/scan_table.h"
#include "cli/formats/scan_types.h"
#include "cli/formats/scan_unfold.h"
#include "scan_text.h"
#include "scan_source.h"


#define SCAN_TEXT_SIZE  SCAN_UNFOLD_LOOK


struct scan_text_s {
    scan_source_t        *source;
    const char           *error;
    scan_charset_e        charset;
    unsigned              looked:1;
    unsigned              folded:1;
    unsigned              ended:1;

    /* bytes of the source */
    unsigned char        *raw;
    size_t                nraw;

    /* as UTF-8, and how much of it was taken */
    unsigned char        *utf8;
    size_t                nutf8;
    size_t                used;

    scan_unfold_t         unfold;
    scan_rows_t           rows;

    const scan_formats_t *formats;
};


static void scan_text_look(scan_text_t *text);
static void scan_text_fill(scan_text_t *text);
static void scan_text_table(scan_text_t *text);
static size_t scan_text_lines(scan_text_t *text, unsigned char *buf,
    size_t size);
static size_t scan_text_ready(const scan_text_t *text);
static ssize_t scan_text_plain(scan_text_t *text, unsigned char *buf,
    size_t size, const char **error);


scan_text_t *
scan_text_open(scan_source_t *src, const scan_formats_t *formats)
{
    scan_text_t  *text;

    text = cli_alloc(sizeof(scan_text_t));

    text->source = src;
    text->formats = formats;
    text->raw = cli_alloc(SCAN_TEXT_SIZE);
    text->utf8 = cli_alloc((SCAN_CHARSET_TIMES + 1) * SCAN_TEXT_SIZE);

    return text;
}


void
scan_text_close(scan_text_t *text)
{
    free(text->unfold.out);
    free(text->rows.out);
    free(text->utf8);
    free(text->raw);
    free(text);
}


static int
scan_text_is_plain(const scan_text_t *text)
{
    return text->charset == SCAN_UTF_8 && !text->folded
           && !text->rows.separator;
}


int
scan_text_file(const scan_text_t *text, off_t *at)
{
    return text->looked && scan_text_is_plain(text) && text->error == NULL
           && text->used == text->nutf8
           ? scan_source_file(text->source, at) : -1;
}


ssize_t
scan_text_read(scan_text_t *text, unsigned char *buf, size_t size,
    const char **error)
{
    size_t  n, done;

    if (!text->looked) {
        scan_text_look(text);
    }

    if (scan_text_is_plain(text)) {
        return scan_text_plain(text, buf, size, error);
    }

    for (done = 0; done < size; done += n) {

        if (text->folded || text->rows.separator) {
            n = scan_text_lines(text, buf + done, size - done);

        } else {
            n = text->nutf8 - text->used;
            n = n < size - done ? n : size - done;

            memcpy(buf + done, text->utf8 + text->used, n);
            text->used += n;
        }

        if (n == 0) {

            if (text->ended) {
                break;
            }

            scan_text_fill(text);
        }
    }

    if (done == 0 && text->error) {
        *error = text->error;
        return -1;
    }

    if (done < size && text->error) {
        *error = text->error;
    }

    return (ssize_t) done;
}


/* the kind of text, by its beginning */

static void
scan_text_look(scan_text_t *text)
{
    size_t   mark;
    ssize_t  n;

    text->looked = 1;

    n = scan_source_read(text->source, text->raw, SCAN_TEXT_SIZE,
                         &text->error);
    text->nraw = n > 0 ? (size_t) n : 0;

    text->charset = scan_charset(text->raw, text->nraw, &mark);
    text->nraw -= mark;
    memmove(text->raw, text->raw + mark, text->nraw);

    text->ended = n <= 0;
    scan_text_fill(text);

    text->folded = scan_unfold_is_needed(text->utf8, text->nutf8);

    if (!text->folded) {
        scan_text_table(text);
    }
}


/* in a table values in quotes may hold line ends */

static void
scan_text_table(scan_text_t *text)
{
    scan_w3c_t            header;
    const unsigned char  *end;

    end = memchr(text->utf8, '\n', text->nutf8);

    memset(&header, 0, sizeof(scan_w3c_t));

    if (end
        && scan_table_header(&header, text->formats, text->utf8, end) == 0)
    {
        text->rows.separator = header.separator;
    }
}


/* "raw" as UTF-8, then more from the source */

static void
scan_text_fill(scan_text_t *text)
{
    size_t   used;
    ssize_t  n;

    text->used = 0;

    if (text->nraw < sizeof(uint32_t) && !text->ended) {
        n = scan_source_read(text->source, text->raw + text->nraw,
                             SCAN_TEXT_SIZE - text->nraw, &text->error);

        text->ended = n <= 0;
        text->nraw += n > 0 ? (size_t) n : 0;
    }

    if (text->charset == SCAN_UTF_8) {
        memcpy(text->utf8, text->raw, text->nraw);
        text->nutf8 = text->nraw;
        text->nraw = 0;

        return;
    }

    text->nutf8 = scan_charset_convert(text->charset, text->utf8, text->raw,
                                       text->nraw, text->ended, &used);
    text->nraw -= used;
    memmove(text->raw, text->raw + used, text->nraw);
}


/* lines of what was fed, in which documents or rows are one line each */

static size_t
scan_text_lines(scan_text_t *text, unsigned char *buf, size_t size)
{
    size_t  n;

    while (scan_text_ready(text) == 0) {

        if (text->used == text->nutf8) {

            if (text->ended) {
                if (text->folded) {
                    scan_unfold_end(&text->unfold);

                } else {
                    scan_rows_end(&text->rows);
                }

                break;
            }

            scan_text_fill(text);
            continue;
        }

        if (text->folded) {
            scan_unfold_feed(&text->unfold, text->utf8 + text->used,
                             text->nutf8 - text->used);

        } else {
            scan_rows_feed(&text->rows, text->utf8 + text->used,
                           text->nutf8 - text->used);
        }

        text->used = text->nutf8;
    }

    n = scan_text_ready(text);
    n = n < size ? n : size;

    if (n && text->folded) {
        memcpy(buf, text->unfold.out + text->unfold.used, n);
        text->unfold.used += n;

    } else if (n) {
        memcpy(buf, text->rows.out + text->rows.used, n);
        text->rows.used += n;
    }

    return n;
}


static size_t
scan_text_ready(const scan_text_t *text)
{
    return text->folded ? scan_unfold_ready(&text->unfold)
                        : scan_rows_ready(&text->rows);
}


/* the beginning, and then the source without a copy */

static ssize_t
scan_text_plain(scan_text_t *text, unsigned char *buf, size_t size,
    const char **error)
{
    size_t   done;
    ssize_t  n;

    done = text->nutf8 - text->used;
    done = done < size ? done : size;

    memcpy(buf, text->utf8 + text->used, done);
    text->used += done;

    if (text->error) {
        *error = text->error;
        return done ? (ssize_t) done : -1;
    }

    if (done == size || text->ended) {
        return (ssize_t) done;
    }

    n = scan_source_read(text->source, buf + done, size - done, error);

    return n == -1 ? (done ? (ssize_t) done : -1) : (ssize_t) done + n;
}
