
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The lines of a piece, each by the fast path or by the full one; what is found
 * in them is kept until it is this piece's turn.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/fast/scan_fast.h"
#include "cli/formats/scan_document.h"
#include "cli/formats/scan_format.h"
#include "cli/formats/scan_types.h"
#include "scan_piece.h"
#include "scan_arena.h"
#include "scan_elsewhere.h"
#include "scan_export.h"
#include "scan_findings.h"
#include "scan_judge.h"
#include "scan_map.h"


static const unsigned char *scan_piece_pass(scan_piece_t *pc,
    const unsigned char *p, const unsigned char *end);
static void scan_piece_read(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *nl);
static void scan_piece_copy(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *nl);
static void scan_piece_own(scan_piece_t *pc, const unsigned char **p,
    const unsigned char **last, const unsigned char **end);
static void scan_piece_line(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *last);
static void scan_piece_times(scan_piece_t *pc);
static void scan_piece_damaged(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *last);
static scan_hit_t *scan_piece_hit(scan_piece_t *pc);


void
scan_piece_init(scan_piece_t *pc, const scan_findings_t *sc)
{
    pc->policy = sc->policy;
    pc->buf = cli_alloc(SCAN_PIECE_SIZE + SCAN_FAST_BEHIND);
    pc->parser.formats = &sc->formats;
    pc->parser.format = SCAN_UNKNOWN;
    pc->parser.text = cli_alloc(SCAN_PIECE_SIZE * SCAN_TEXT_TIMES);
}


void
scan_piece_free(scan_piece_t *pc)
{
    scan_arena_free(&pc->arena);
    scan_document_free(&pc->parser);

    scan_map_free(&pc->map);

    free(pc->buf);
    free(pc->parser.text);
    free(pc->day);
    free(pc->hit);
}


/* "n" of one time */

static void
scan_piece_requests(scan_piece_t *pc, int64_t time, uint64_t n)
{
    if (time != pc->time) {
        scan_piece_times(pc);
        pc->time = time;
    }

    pc->requests += n;
    pc->same += n;
}


/* as if no line had been read */

static void
scan_piece_reset(scan_piece_t *pc)
{
    pc->lines = pc->requests = pc->untimed = pc->damaged = 0;
    pc->left_out = 0;
    pc->formats = 0;
    pc->days = 0;
    pc->hits = 0;
    pc->first = pc->last = pc->time = SCAN_NO_TIME;
    pc->same = 0;
    pc->parser.kinds = 0;

    /* the columns of a table may be others */

    pc->parser.layout.n = 0;
    pc->parser.shape.known = 0;

    scan_arena_reset(&pc->arena);
}


void
scan_piece_parse(scan_piece_t *pc)
{
    const unsigned char  *p, *last, *nl, *end;

    scan_piece_reset(pc);

    p = pc->data;
    last = p + pc->len;
    end = memrchr(p, '\n', pc->len);

    while (p < last) {

        if (end) {
            p = scan_piece_pass(pc, p, end);

            /* behind it if somebody writes to the window */

            if (p >= last) {
                break;
            }
        }

        pc->lines++;

        nl = memchr(p, '\n', (size_t) (last - p));
        nl = nl ? nl : last;

        if (pc->mapped) {
            scan_piece_copy(pc, p, nl);

        } else {
            scan_piece_read(pc, p, nl);
        }

        p = nl + 1;

        if (pc->mapped && !scan_fast_stops(&pc->parser)) {
            scan_piece_own(pc, &p, &last, &end);
        }
    }

    scan_piece_times(pc);

    if (pc->map.lost) {
        pc->map.lost = 0;
        pc->error = "it became shorter meanwhile, or a part cannot be read";
    }
}


/* a line by itself */

static void
scan_piece_read(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *nl)
{
    if (nl == pc->header) {
        pc->formats |= 1u << SCAN_TABLE;

    } else if (nl - p >= SCAN_LINE_MAX) {
        scan_piece_damaged(pc, p, nl);

    } else {
        scan_piece_line(pc, p, nl);
    }
}


/* a line of the window, as it is now */

static void
scan_piece_copy(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *nl)
{
    size_t  len;

    len = (size_t) (nl - p);

    memcpy(pc->buf, p, len);
    pc->buf[len] = '\n';

    scan_piece_read(pc, pc->buf, pc->buf + len);
}


/* the rest of the window, for a fast path that has to know its end */

static void
scan_piece_own(scan_piece_t *pc, const unsigned char **p,
    const unsigned char **last, const unsigned char **end)
{
    size_t  len;

    len = *p < *last ? (size_t) (*last - *p) : 0;

    memcpy(pc->buf, *p, len);

    pc->mapped = 0;
    *p = pc->buf;
    *last = pc->buf + len;
    *end = memrchr(pc->buf, '\n', len);
}


/* lines that are seen at a glance to be of no interest */

static const unsigned char *
scan_piece_pass(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *end)
{
    unsigned       i;
    scan_passed_t  passed;

    do {
        p = scan_fast(&pc->parser, p, end, pc->policy, pc->mapped, &passed);

        for (i = 0; i < passed.n; i++) {
            pc->lines += passed.at[i].lines;
            scan_piece_requests(pc, passed.at[i].time, passed.at[i].lines);
        }

        if (passed.n) {
            pc->formats |= 1u << pc->parser.format;
        }

    } while (passed.n == SCAN_PASSED_TIMES);

    return p;
}


static void
scan_piece_line(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *last)
{
    unsigned       damaged, found, requests;
    scan_hit_t     hit;
    scan_line_t    line;
    scan_parsed_e  parsed;

    line.left_out = 0;
    parsed = scan_parse(&pc->parser, p, last, &line);
    pc->left_out += line.left_out;

    if (parsed != SCAN_DAMAGED && pc->parser.format != SCAN_UNKNOWN) {
        pc->formats |= 1u << pc->parser.format;
    }

    /* what is known to be none is no hiding place either */

    if (parsed == SCAN_NO_REQUEST
        && scan_judge_damaged(p, last, pc->policy, &pc->arena, &hit))
    {
        parsed = SCAN_DAMAGED;
    }

    damaged = found = requests = 0;

    for ( /* void */ ; parsed != SCAN_NO_REQUEST;
         parsed = scan_parse_next(&pc->parser, &line))
    {
        if (parsed == SCAN_DAMAGED) {

            if (!damaged++) {
                scan_piece_damaged(pc, p, last);
            }

            continue;
        }

        requests++;
        scan_piece_requests(pc, line.time, 1);

        if (line.more && !damaged++) {
            scan_piece_damaged(pc, p, last);
        }

        if (scan_judge(&line, pc->policy, &pc->arena, &hit)) {
            found |= hit.outcome >= SCAN_LOOK;
            hit.number = pc->lines;
            hit.format = pc->parser.format;
            *scan_piece_hit(pc) = hit;
        }
    }

    if (requests && !found && !damaged
        && scan_judge_elsewhere(&line, pc->parser.format, p, last,
                                pc->policy, &pc->arena, &hit))
    {
        hit.number = pc->lines;
        *scan_piece_hit(pc) = hit;
    }
}


/* adds the requests of one second, "time" */

static void
scan_piece_times(scan_piece_t *pc)
{
    int64_t          day, time;
    uint64_t         n;
    scan_run_day_t  *d;

    n = pc->same;
    time = pc->time;
    pc->same = 0;

    if (n == 0) {
        return;
    }

    if (time == SCAN_NO_TIME) {
        pc->untimed += n;
        return;
    }

    if (pc->first == SCAN_NO_TIME || time < pc->first) {
        pc->first = time;
    }

    if (time > pc->last) {
        pc->last = time;
    }

    day = time / SCAN_DAY;

    if (pc->days && pc->day[pc->days - 1].day == day) {
        pc->day[pc->days - 1].n += n;
        return;
    }

    if (pc->days == pc->day_size) {
        pc->day_size = pc->day_size * 2 + 64;
        pc->day = cli_realloc(pc->day, pc->day_size * sizeof(scan_run_day_t));
    }

    d = &pc->day[pc->days++];
    d->day = day;
    d->n = n;
}


static void
scan_piece_damaged(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *last)
{
    scan_hit_t  hit;

    if (pc->damaged < SCAN_DAMAGED_SHOWN) {
        pc->damaged_line[pc->damaged] = pc->lines;
    }

    pc->damaged++;

    if (scan_judge_damaged(p, last, pc->policy, &pc->arena, &hit)) {
        hit.number = pc->lines;
        *scan_piece_hit(pc) = hit;
    }
}


static scan_hit_t *
scan_piece_hit(scan_piece_t *pc)
{
    if (pc->hits == pc->hit_size) {
        pc->hit_size = pc->hit_size * 2 + 64;
        pc->hit = cli_realloc(pc->hit, pc->hit_size * sizeof(scan_hit_t));
    }

    return &pc->hit[pc->hits++];
}


void
scan_piece_add(scan_findings_t *sc, scan_piece_t *pc)
{
    size_t        i;
    scan_file_t  *file;

    file = pc->file;

    if (pc->error) {
        file->error = pc->error;

        if (pc->len == 0) {
            return;
        }
    }

    for (i = 0; i < pc->damaged && i < SCAN_DAMAGED_SHOWN; i++) {
        if (file->damaged + i < SCAN_DAMAGED_SHOWN) {
            file->damaged_line[file->damaged + i] = file->lines
                                                    + pc->damaged_line[i];
        }
    }

    for (i = 0; i < pc->hits; i++) {
        pc->hit[i].number += file->lines;
        scan_findings_add(sc, file, &pc->hit[i]);

        scan_export_hit(sc, file, &pc->hit[i]);
    }

    for (i = 0; i < pc->days; i++) {
        scan_findings_day(sc, pc->day[i].day, pc->day[i].n);
    }

    scan_findings_time(sc, pc->first, pc->last);

    file->lines += pc->lines;
    file->requests += pc->requests;
    file->damaged += pc->damaged;
    file->formats |= pc->formats;
    file->kinds |= pc->parser.kinds;

    sc->requests += pc->requests;
    sc->untimed += pc->untimed;
    sc->left_out += pc->left_out;
}
