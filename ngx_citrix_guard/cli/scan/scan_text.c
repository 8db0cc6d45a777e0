
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The text of a file.  Most files are lines of ASCII and pass unchanged.
 * UTF-16 and UTF-32 are converted, and JSON documents over many lines become
 * lines.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/formats/scan_charset.h"
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
};


static void scan_text_look(scan_text_t *text);
static void scan_text_fill(scan_text_t *text);
static size_t scan_text_unfold(scan_text_t *text, unsigned char *buf,
    size_t size);
static ssize_t scan_text_plain(scan_text_t *text, unsigned char *buf,
    size_t size, const char **error);


scan_text_t *
scan_text_open(scan_source_t *src)
{
    scan_text_t  *text;

    text = cli_alloc(sizeof(scan_text_t));

    text->source = src;
    text->raw = cli_alloc(SCAN_TEXT_SIZE);
    text->utf8 = cli_alloc((SCAN_CHARSET_TIMES + 1) * SCAN_TEXT_SIZE);

    return text;
}


void
scan_text_close(scan_text_t *text)
{
    scan_source_close(text->source);

    free(text->unfold.out);
    free(text->utf8);
    free(text->raw);
    free(text);
}


ssize_t
scan_text_read(scan_text_t *text, unsigned char *buf, size_t size,
    const char **error)
{
    size_t  n, done;

    if (!text->looked) {
        scan_text_look(text);
    }

    if (text->charset == SCAN_UTF_8 && !text->folded) {
        return scan_text_plain(text, buf, size, error);
    }

    for (done = 0; done < size; done += n) {

        if (text->folded) {
            n = scan_text_unfold(text, buf + done, size - done);

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


static size_t
scan_text_unfold(scan_text_t *text, unsigned char *buf, size_t size)
{
    size_t          n;
    scan_unfold_t  *uf;

    uf = &text->unfold;

    while (scan_unfold_ready(uf) == 0) {

        if (text->used == text->nutf8) {

            if (text->ended) {
                scan_unfold_end(uf);
                break;
            }

            scan_text_fill(text);
            continue;
        }

        scan_unfold_feed(uf, text->utf8 + text->used,
                         text->nutf8 - text->used);
        text->used = text->nutf8;
    }

    n = scan_unfold_ready(uf);
    n = n < size ? n : size;

    if (n) {
        memcpy(buf, uf->out + uf->used, n);
        uf->used += n;
    }

    return n;
}


/* the beginning, then the source without a copy */

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
