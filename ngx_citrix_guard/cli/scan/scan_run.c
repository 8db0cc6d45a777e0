
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Each thread takes the next piece of the logs, parses it by itself, and adds
 * what it found when its turn has come: so the findings are the same with any
 * number of threads.
 */


#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/formats/scan_types.h"
#include "scan_run.h"
#include "scan_feed.h"
#include "scan_map.h"
#include "scan_piece.h"
#include "scan_progress.h"
#include "scan_source.h"


typedef struct {
    scan_findings_t      *sc;

    /* the thread that reads */
    pthread_mutex_t       reading;
    scan_feed_t          *feed;

    /* whose turn it is to add what was found */
    pthread_mutex_t       adding;
    pthread_cond_t        turned;
    uint64_t              turn;
} scan_job_t;


typedef struct {
    scan_job_t           *job;
    scan_piece_t          piece;
} scan_work_t;


static void *scan_thread(void *data);


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
    scan_work_t      *work;
    struct sigaction  sa;

    memset(&sa, 0, sizeof(sa));
    sa.sa_handler = scan_interrupt;
    sa.sa_flags = SA_RESETHAND;

    (void) sigaction(SIGINT, &sa, NULL);
    (void) sigaction(SIGTERM, &sa, NULL);

    scan_map_watch();

    memset(&job, 0, sizeof(scan_job_t));

    job.sc = sc;
    job.feed = scan_feed_open(sc);

    pthread_mutex_init(&job.reading, NULL);
    pthread_mutex_init(&job.adding, NULL);
    pthread_cond_init(&job.turned, NULL);

    work = cli_alloc(sc->threads * sizeof(scan_work_t));

    /* only the first thread handles signals, but for those of a window */

    sigfillset(&set);
    sigdelset(&set, SIGBUS);
    pthread_sigmask(SIG_BLOCK, &set, &old);

    threads = 0;

    for (i = 0; i < sc->threads; i++) {
        work[i].job = &job;
        scan_piece_init(&work[i].piece, sc);

        if (i && pthread_create(&thread[threads], NULL, scan_thread, &work[i])
                 == 0)
        {
            threads++;
        }
    }

    pthread_sigmask(SIG_SETMASK, &old, NULL);

    (void) scan_thread(&work[0]);

    for (i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }

    for (i = 0; i < sc->threads; i++) {
        scan_piece_free(&work[i].piece);
    }

    scan_feed_close(job.feed);
    free(work);

    sc->interrupted = scan_stop != 0;
}


static void *
scan_thread(void *data)
{
    int            more;
    scan_job_t    *job;
    scan_work_t   *work;
    scan_piece_t  *pc;

    work = data;
    pc = &work->piece;
    job = work->job;

    for ( ;; ) {
        pthread_mutex_lock(&job->reading);
        more = scan_feed_next(job->feed, pc);
        pthread_mutex_unlock(&job->reading);

        if (!more) {
            return NULL;
        }

        scan_piece_parse(pc);

        pthread_mutex_lock(&job->adding);

        while (job->turn != pc->turn) {
            pthread_cond_wait(&job->turned, &job->adding);
        }

        scan_piece_add(job->sc, pc);

        if (job->sc->progress) {
            scan_progress(job->sc, pc->at);
        }

        job->turn++;

        pthread_cond_broadcast(&job->turned);
        pthread_mutex_unlock(&job->adding);
    }
}
