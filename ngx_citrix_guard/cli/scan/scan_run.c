
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads files in pieces of whole lines.  Each thread takes the next piece,
 * parses it by itself, and adds its findings to the case when it is the
 * piece's turn.  So the result does not depend on the number of threads.
 */


#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/formats/scan_document.h"
#include "cli/formats/scan_fast.h"
#include "cli/formats/scan_format.h"
#include "cli/formats/scan_table.h"
#include "cli/formats/scan_types.h"
#include "cli/formats/scan_w3c.h"
#include "scan_run.h"
#include "scan_arena.h"
#include "scan_elsewhere.h"
#include "scan_export.h"
#include "scan_findings.h"
#include "scan_judge.h"
#include "scan_progress.h"
#include "scan_source.h"
#include "scan_text.h"


#define SCAN_PIECE  (256 * 1024)


typedef struct {
    int64_t               day;
    uint64_t              n;
} scan_run_day_t;


typedef struct scan_job_s  scan_job_t;

typedef struct {
    scan_job_t           *job;

    unsigned char        *buf;
    size_t                len;
    uint64_t              turn;
    scan_file_t          *file;
    const char           *error;
    uint64_t              at;

    /* the end of the line that names the columns, if that is the first line */
    const unsigned char  *header;

    scan_parser_t         parser;
    scan_arena_t          arena;

    uint64_t              lines;
    uint64_t              requests;
    uint64_t              untimed;
    uint64_t              left_out;
    uint64_t              damaged;
    uint64_t              damaged_line[SCAN_DAMAGED_SHOWN];
    unsigned              formats;
    int64_t               first;
    int64_t               last;

    /* requests of one second that are not yet counted by day */
    int64_t               time;
    uint64_t              same;

    scan_run_day_t       *day;
    size_t                days;
    size_t                day_size;

    scan_hit_t           *hit;
    size_t                hits;
    size_t                hit_size;
} scan_piece_t;


struct scan_job_s {
    scan_findings_t                *sc;

    /* the thread that reads */
    pthread_mutex_t       reading;
    scan_source_t        *source;
    scan_text_t          *text;
    size_t                next;
    uint64_t              turns;
    uint64_t              at;
    unsigned char        *rest;
    size_t                nrest;
    scan_w3c_t            w3c;
    unsigned              begins:1;
    unsigned              is_w3c:1;
    unsigned              skip:1;

    /* the piece whose turn it is */
    pthread_mutex_t       adding;
    pthread_cond_t        turned;
    uint64_t              turn;
};


static void *scan_thread(void *data);
static int scan_piece_read(scan_job_t *job, scan_piece_t *pc);
static int scan_piece_open(scan_job_t *job, scan_piece_t *pc);
static void scan_piece_fill(scan_job_t *job, scan_piece_t *pc);
static void scan_piece_w3c(scan_job_t *job, scan_piece_t *pc);
static void scan_piece_parse(scan_piece_t *pc);
static void scan_piece_line(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *last);
static void scan_piece_times(scan_piece_t *pc);
static void scan_piece_damaged(scan_piece_t *pc, const unsigned char *p,
    const unsigned char *last);
static scan_hit_t *scan_piece_hit(scan_piece_t *pc);
static void scan_piece_add(scan_job_t *job, scan_piece_t *pc);
static void scan_interrupt(int signo);


static void
scan_interrupt(int signo)
{
    (void) signo;

    scan_stop = 1;
}


void
scan_run(scan_findings_t *sc)
{
    unsigned          i, threads;
    pthread_t         thread[64];
    scan_job_t        job;
    sigset_t          set, old;
    scan_piece_t     *piece;
    struct sigaction  sa;

    memset(&sa, 0, sizeof(sa));
    sa.sa_handler = scan_interrupt;
    sa.sa_flags = SA_RESETHAND;

    (void) sigaction(SIGINT, &sa, NULL);
    (void) sigaction(SIGTERM, &sa, NULL);

    memset(&job, 0, sizeof(scan_job_t));

    job.sc = sc;
    job.rest = cli_alloc(SCAN_LINE_MAX + SCAN_PIECE);

    pthread_mutex_init(&job.reading, NULL);
    pthread_mutex_init(&job.adding, NULL);
    pthread_cond_init(&job.turned, NULL);

    piece = cli_alloc(sc->threads * sizeof(scan_piece_t));

    /* only the first thread handles signals */

    sigfillset(&set);
    pthread_sigmask(SIG_BLOCK, &set, &old);

    threads = 0;

    for (i = 0; i < sc->threads; i++) {
        piece[i].job = &job;
        piece[i].buf = cli_alloc(SCAN_LINE_MAX + SCAN_PIECE);
        piece[i].parser.formats = &sc->formats;
        piece[i].parser.format = SCAN_UNKNOWN;
        piece[i].parser.text = cli_alloc((SCAN_LINE_MAX + SCAN_PIECE)
                                         * SCAN_TEXT_TIMES);

        if (i && pthread_create(&thread[threads], NULL, scan_thread,
                                &piece[i])
                 == 0)
        {
            threads++;
        }
    }

    pthread_sigmask(SIG_SETMASK, &old, NULL);

    (void) scan_thread(&piece[0]);

    for (i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }

    for (i = 0; i < sc->threads; i++) {
        scan_arena_free(&piece[i].arena);
        free(piece[i].buf);
        free(piece[i].parser.text);
        scan_document_free(&piece[i].parser);
        free(piece[i].day);
        free(piece[i].hit);
    }

    if (job.source) {
        scan_text_close(job.text);
    }

    free(piece);
    free(job.rest);

    sc->interrupted = scan_stop != 0;
}


static void *
scan_thread(void *data)
{
    int            more;
    scan_job_t    *job;
    scan_piece_t  *pc;

    pc = data;
    job = pc->job;

    for ( ;; ) {
        pthread_mutex_lock(&job->reading);
        more = scan_piece_read(job, pc);
        pthread_mutex_unlock(&job->reading);

        if (!more) {
            return NULL;
        }

        scan_piece_parse(pc);

        pthread_mutex_lock(&job->adding);

        while (job->turn != pc->turn) {
            pthread_cond_wait(&job->turned, &job->adding);
        }

        scan_piece_add(job, pc);
        job->turn++;

        pthread_cond_broadcast(&job->turned);
        pthread_mutex_unlock(&job->adding);
    }
}


/* 0: no more data */

static int
scan_piece_read(scan_job_t *job, scan_piece_t *pc)
{
    if (scan_stop) {
        return 0;
    }

    pc->len = 0;
    pc->error = NULL;
    pc->header = NULL;

    if (job->source == NULL) {

        if (job->next == job->sc->nfile) {
            return 0;
        }

        pc->file = &job->sc->file[job->next++];

        if (scan_piece_open(job, pc) == -1) {
            pc->turn = job->turns++;
            return 1;
        }
    }

    pc->file = &job->sc->file[job->next - 1];
    pc->turn = job->turns++;

    scan_piece_fill(job, pc);
    scan_piece_w3c(job, pc);

    return 1;
}


static int
scan_piece_open(scan_job_t *job, scan_piece_t *pc)
{
    job->source = scan_source_open(pc->file->name, &pc->error);
    job->nrest = 0;
    job->skip = 0;
    job->begins = 1;

    memset(&job->w3c, 0, sizeof(scan_w3c_t));

    if (job->source == NULL) {
        return -1;
    }

    job->text = scan_text_open(job->source);
    pc->file->packed = scan_source_packed(job->source);

    return 0;
}


/*
 * Up to the end of a line; the rest is kept for the next piece.  If a line has
 * no end within reach, its beginning is processed and the rest skipped.
 */

static void
scan_piece_fill(scan_job_t *job, scan_piece_t *pc)
{
    size_t          used;
    ssize_t         n;
    unsigned char  *nl;

    memcpy(pc->buf, job->rest, job->nrest);

    pc->len = job->nrest;
    nl = NULL;

    while (nl == NULL && pc->len < SCAN_LINE_MAX && !scan_stop) {
        n = scan_text_read(job->text, pc->buf + pc->len, SCAN_PIECE,
                           &pc->error);

        if (n > 0 && job->skip) {
            nl = memchr(pc->buf, '\n', (size_t) n);

            if (nl == NULL) {
                continue;
            }

            job->skip = 0;
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
        job->skip = pc->len >= SCAN_LINE_MAX;
    }

    job->nrest = pc->len - used;
    memcpy(job->rest, pc->buf + used, job->nrest);
    pc->len = used;
    pc->at = job->at + scan_source_at(job->source);

    if (nl == NULL && !job->skip) {
        job->at = pc->at;
        scan_text_close(job->text);
        job->source = NULL;
    }
}


/* the first line, or Zeek's among those that begin with "#" */

static void
scan_piece_header(scan_job_t *job, scan_piece_t *pc)
{
    const unsigned char  *p, *last, *end;

    last = pc->buf + pc->len;

    for (p = pc->buf; p < last; p = end + 1) {
        end = memchr(p, '\n', (size_t) (last - p));
        end = end ? end : last;

        if (*p != '#' || end - p > 8) {

            if (scan_table_header(&job->w3c, &job->sc->formats, p, end) == 0) {
                pc->header = p == pc->buf ? end : NULL;
                return;
            }
        }

        if (*p != '#') {
            return;
        }
    }
}


/* the columns in force where this piece begins, and where the next begins */

static void
scan_piece_w3c(scan_job_t *job, scan_piece_t *pc)
{
    const unsigned char  *p, *last, *end;

    last = pc->buf + pc->len;

    if (job->begins) {
        job->begins = 0;
        job->is_w3c = pc->len && *pc->buf == '#';
        scan_piece_header(job, pc);
    }

    pc->parser.w3c = job->w3c;

    if (!job->is_w3c) {
        return;
    }

    for (p = pc->buf; p < last; p = end + 1) {
        p = memmem(p, (size_t) (last - p), "#Fields:", 8);

        if (p == NULL) {
            break;
        }

        end = memchr(p, '\n', (size_t) (last - p));
        end = end ? end : last;

        if (p == pc->buf || p[-1] == '\n') {
            scan_w3c_fields(&job->w3c, p + 8, end - (end[-1] == '\r'));
        }
    }
}


static inline void
scan_piece_request(scan_piece_t *pc, int64_t time)
{
    if (time != pc->time) {
        scan_piece_times(pc);
        pc->time = time;
    }

    pc->requests++;
    pc->same++;
}


static void
scan_piece_parse(scan_piece_t *pc)
{
    int64_t               time;
    unsigned              policy;
    const unsigned char  *p, *last, *nl;

    pc->lines = pc->requests = pc->untimed = pc->damaged = 0;
    pc->left_out = 0;
    pc->formats = 0;
    pc->days = 0;
    pc->hits = 0;
    pc->first = pc->last = pc->time = SCAN_NO_TIME;
    pc->same = 0;
    pc->parser.kinds = 0;

    scan_arena_reset(&pc->arena);

    last = pc->buf + pc->len;
    policy = pc->job->sc->policy;

    for (p = pc->buf; p < last; p = nl + 1) {
        pc->lines++;

        nl = scan_fast(&pc->parser, p, last, policy, &time);

        if (nl) {
            pc->formats |= 1u << pc->parser.format;
            scan_piece_request(pc, time);
            continue;
        }

        nl = memchr(p, '\n', (size_t) (last - p));
        nl = nl ? nl : last;

        if (nl == pc->header) {
            pc->formats |= 1u << SCAN_TABLE;
            continue;
        }

        if (nl - p >= SCAN_LINE_MAX) {
            scan_piece_damaged(pc, p, nl);

        } else {
            scan_piece_line(pc, p, nl);
        }
    }

    scan_piece_times(pc);
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

    /* what is known not to be a request may still hide one */

    if (parsed == SCAN_NO_REQUEST
        && scan_judge_damaged(p, last, pc->job->sc->policy, &pc->arena, &hit))
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
        scan_piece_request(pc, line.time);

        if (scan_judge(&line, pc->job->sc->policy, &pc->arena, &hit)) {
            found |= hit.outcome >= SCAN_LOOK;
            hit.number = pc->lines;
            hit.format = pc->parser.format;
            *scan_piece_hit(pc) = hit;
        }
    }

    if (requests && !found && !damaged
        && scan_judge_elsewhere(&line, p, last, pc->job->sc->policy,
                                &pc->arena, &hit))
    {
        hit.number = pc->lines;
        *scan_piece_hit(pc) = hit;
    }
}


/* adds requests of one second, "time" */

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

    if (scan_judge_damaged(p, last, pc->job->sc->policy, &pc->arena, &hit)) {
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


static void
scan_piece_add(scan_job_t *job, scan_piece_t *pc)
{
    size_t            i;
    scan_findings_t  *sc;
    scan_file_t      *file;

    sc = job->sc;
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

    if (sc->progress) {
        scan_progress(sc, pc->at);
    }
}
