
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Files, and the files in archives, are read in pieces of whole lines.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/fast/scan_fast.h"
#include "cli/formats/scan_table.h"
#include "cli/formats/scan_types.h"
#include "cli/formats/scan_w3c.h"
#include "scan_feed.h"
#include "scan_files.h"
#include "scan_map.h"
#include "scan_piece.h"
#include "scan_source.h"
#include "scan_text.h"


struct scan_feed_s {
    scan_findings_t      *sc;
    size_t                next;
    uint64_t              turns;
    uint64_t              at;
    unsigned              texts;

    /* the file, and what of it is being read: itself, or one in an archive */
    scan_file_t          *file;
    scan_source_t        *source;
    scan_file_t          *member;
    scan_text_t          *text;

    unsigned char        *rest;
    size_t                nrest;
    scan_w3c_t            w3c;
    unsigned              begins:1;
    unsigned              is_w3c:1;
    unsigned              skip:1;
    unsigned              unmapped:1;       /* no window of it any more */
};


static int scan_feed_text(scan_feed_t *feed, scan_piece_t *pc);
static int scan_feed_file(scan_feed_t *feed, scan_piece_t *pc);
static void scan_feed_member(scan_feed_t *feed, char *name);
static int scan_feed_map(scan_feed_t *feed, scan_piece_t *pc);
static void scan_feed_fill(scan_feed_t *feed, scan_piece_t *pc);
static void scan_feed_w3c(scan_feed_t *feed, scan_piece_t *pc);


scan_feed_t *
scan_feed_open(scan_findings_t *sc)
{
    scan_feed_t  *feed;

    feed = cli_alloc(sizeof(scan_feed_t));

    feed->sc = sc;
    feed->rest = cli_alloc(SCAN_PIECE_SIZE);

    return feed;
}


void
scan_feed_close(scan_feed_t *feed)
{
    if (feed->text) {
        scan_text_close(feed->text);
    }

    if (feed->source) {
        scan_source_close(feed->source);
    }

    free(feed->rest);
    free(feed);
}


int
scan_feed_next(scan_feed_t *feed, scan_piece_t *pc)
{
    pc->data = pc->buf;
    pc->len = 0;
    pc->mapped = 0;
    pc->error = NULL;
    pc->header = NULL;

    if (scan_stop || (feed->text == NULL && !scan_feed_text(feed, pc))) {
        return 0;
    }

    pc->turn = feed->turns++;

    if (feed->text) {
        pc->file = feed->member;

        if (!scan_feed_map(feed, pc)) {
            scan_feed_fill(feed, pc);
        }

        scan_feed_w3c(feed, pc);
    }

    return 1;
}


/* opens the next text, or has the piece say why there is none; 0: no more */

static int
scan_feed_text(scan_feed_t *feed, scan_piece_t *pc)
{
    int    rc;
    char  *name;

    for ( ;; ) {

        if (feed->source == NULL) {
            rc = scan_feed_file(feed, pc);

            if (rc != 1) {
                return rc == -1;
            }
        }

        rc = scan_source_next(feed->source, &name, &pc->error);

        if (rc == 0) {
            feed->at += scan_source_at(feed->source);
            scan_source_close(feed->source);
            feed->source = NULL;
            pc->error = NULL;

            continue;
        }

        scan_feed_member(feed, name);

        if (rc == -1) {
            pc->file = feed->member;
            return 1;
        }

        pc->error = NULL;

        feed->text = scan_text_open(feed->source, &feed->sc->formats);
        feed->nrest = 0;
        feed->skip = 0;
        feed->unmapped = 0;
        feed->begins = 1;

        memset(&feed->w3c, 0, sizeof(scan_w3c_t));

        return 1;
    }
}


/* 0: there is no more; -1: the piece says why this one is not read */

static int
scan_feed_file(scan_feed_t *feed, scan_piece_t *pc)
{
    do {
        if (feed->next == feed->sc->nfile) {
            return 0;
        }

        feed->file = feed->sc->file[feed->next++];

    } while (feed->file->error);

    feed->source = scan_source_open(feed->file->name, &pc->error);
    pc->file = feed->file;

    return feed->source ? 1 : -1;
}


/* one in an archive is a file of its own, behind the archive */

static void
scan_feed_member(scan_feed_t *feed, char *name)
{
    scan_file_t  *member;

    member = feed->file;

    if (name) {
        member = scan_files_member(feed->sc, feed->next, feed->file, name);
        feed->next += member != feed->file;
        free(name);
    }

    scan_source_packed(feed->source, member->packed, sizeof(member->packed));

    if (feed->file->packed[0] == '\0') {
        memcpy(feed->file->packed, member->packed, sizeof(member->packed));
    }

    member->order = feed->texts++;
    feed->member = member;
}


/*
 * The next lines where they are, in a window of the file, if they are likely to
 * be like those before; 0: they have to be read.  A table's columns are named
 * in between, by bytes that must not change.
 */

static int
scan_feed_map(scan_feed_t *feed, scan_piece_t *pc)
{
    int                   fd;
    off_t                 at;
    size_t                len;
    const unsigned char  *p, *nl;

    if (feed->begins || feed->is_w3c || feed->skip || feed->unmapped
        || !scan_fast_stops(&pc->parser))
    {
        return 0;
    }

    fd = scan_text_file(feed->text, &at);

    if (fd == -1) {
        return 0;
    }

    p = scan_map_file(&pc->map, fd, at - (off_t) feed->nrest, &len);
    nl = p ? memrchr(p, '\n', len) : NULL;

    if (nl == NULL || nl < p + feed->nrest) {
        feed->unmapped = 1;
        return 0;
    }

    pc->data = p;
    pc->len = (size_t) (nl + 1 - p);
    pc->mapped = 1;

    scan_source_skip(feed->source, pc->len - feed->nrest);
    feed->nrest = 0;
    pc->at = feed->at + scan_source_at(feed->source);

    return 1;
}


/*
 * Up to the end of a line; what follows is kept for the next piece.  Of a
 * line without an end in sight the beginning is handed out, and the rest is
 * skipped.
 */

static void
scan_feed_fill(scan_feed_t *feed, scan_piece_t *pc)
{
    size_t          used;
    ssize_t         n;
    unsigned char  *nl;

    memcpy(pc->buf, feed->rest, feed->nrest);

    pc->len = feed->nrest;
    nl = NULL;

    while (nl == NULL && pc->len < SCAN_LINE_MAX && !scan_stop) {
        n = scan_text_read(feed->text, pc->buf + pc->len, SCAN_PIECE,
                           &pc->error);

        if (n > 0 && feed->skip) {
            nl = memchr(pc->buf, '\n', (size_t) n);

            if (nl == NULL) {
                continue;
            }

            feed->skip = 0;
            n -= nl + 1 - pc->buf;
            memmove(pc->buf, nl + 1, (size_t) n);
            nl = NULL;

            if (n == 0) {
                continue;
            }
        }

        if (n <= 0) {
            break;
        }

        nl = memrchr(pc->buf + pc->len, '\n', (size_t) n);
        pc->len += (size_t) n;
    }

    if (nl) {
        used = (size_t) (nl + 1 - pc->buf);

    } else {
        used = pc->len;
        feed->skip = pc->len >= SCAN_LINE_MAX;
    }

    feed->nrest = pc->len - used;
    memcpy(feed->rest, pc->buf + used, feed->nrest);
    pc->len = used;
    pc->at = feed->at + scan_source_at(feed->source);

    if (nl == NULL && !feed->skip) {
        scan_text_close(feed->text);
        feed->text = NULL;
    }
}


/* the first line, or Zeek's among those that begin with "#" */

static void
scan_feed_header(scan_feed_t *feed, scan_piece_t *pc)
{
    const unsigned char  *p, *last, *end;

    last = pc->buf + pc->len;

    for (p = pc->buf; p < last; p = end + 1) {
        end = memchr(p, '\n', (size_t) (last - p));
        end = end ? end : last;

        if (*p != '#' || end - p > 8) {

            if (scan_table_header(&feed->w3c, &feed->sc->formats, p, end) == 0) {
                pc->header = p == pc->buf ? end : NULL;
                return;
            }
        }

        if (*p != '#') {
            return;
        }
    }
}


/* which columns are in force where this piece begins, and the next one */

static void
scan_feed_w3c(scan_feed_t *feed, scan_piece_t *pc)
{
    const unsigned char  *p, *last, *end;

    last = pc->buf + pc->len;

    if (feed->begins) {
        feed->begins = 0;
        feed->is_w3c = pc->len && *pc->buf == '#';
        scan_feed_header(feed, pc);
    }

    pc->parser.w3c = feed->w3c;

    if (!feed->is_w3c) {
        return;
    }

    for (p = pc->buf; (p = memchr(p, '#', (size_t) (last - p))); p++) {

        if ((p > pc->buf && p[-1] != '\n') || last - p < 8
            || memcmp(p, "#Fields:", 8) != 0)
        {
            continue;
        }

        end = memchr(p, '\n', (size_t) (last - p));
        end = end ? end : last;

        scan_w3c_fields(&feed->w3c, &feed->sc->formats, p + 8,
                        end - (end[-1] == '\r'));
    }
}
