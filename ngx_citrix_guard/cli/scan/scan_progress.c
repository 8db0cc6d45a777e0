
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The progress of the scan: one line on a terminal that is rewritten.
 */


#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "cli/formats/scan_types.h"
#include "scan_progress.h"
#include "scan_findings.h"


#define SCAN_PROGRESS_STEP  0.2
#define SCAN_PROGRESS_BAR   12

/* a longer line would wrap, and leave a line behind each time */

#define SCAN_PROGRESS_LINE  79


static double
scan_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


/* "done" of the bytes that the files have on disk */

void
scan_progress(scan_findings_t *sc, uint64_t done)
{
    int       i, full;
    char      text[2 * SCAN_PROGRESS_LINE];
    size_t    n;
    double    now, rate, part;

    static double  start, shown;

    now = scan_now();

    if (start == 0) {
        start = shown = now;
    }

    if (now - shown < SCAN_PROGRESS_STEP) {
        return;
    }

    shown = now;
    rate = (double) done / (now - start);

    n = 0;

    if (sc->size && done <= sc->size) {
        part = (double) done / (double) sc->size;
        full = (int) (part * SCAN_PROGRESS_BAR);

        text[n++] = '[';

        for (i = 0; i < SCAN_PROGRESS_BAR; i++) {
            text[n++] = i < full ? '#' : '.';
        }

        n += (size_t) snprintf(text + n, sizeof(text) - n,
                               "] %.0f %%, %.0f s left, ", part * 100,
                               rate > 0 ? (double) (sc->size - done) / rate
                                        : 0);
    }

    snprintf(text + n, sizeof(text) - n,
             "%.0f MB, %.0f MB/s, %llu attempts, %llu successes",
             (double) done / 1e6, rate / 1e6,
             (unsigned long long) scan_attempts(sc->count),
             (unsigned long long) scan_successes(sc->count));

    text[SCAN_PROGRESS_LINE] = '\0';

    fprintf(stderr, "\r\033[K%s", text);
    (void) fflush(stderr);
}


void
scan_progress_end(const scan_findings_t *sc)
{
    if (sc->progress) {
        fprintf(stderr, "\r\033[K");
        (void) fflush(stderr);
    }
}
