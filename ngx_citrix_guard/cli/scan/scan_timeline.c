
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The timeline: each success, and the first attempts.
 */


#include <stdint.h>
#include <string.h>

#include "cli/common/cli_escape.h"
#include "cli/formats/scan_types.h"
#include "scan_timeline.h"


/* how many findings there are besides the successes */

#define SCAN_FIRST  5


static int scan_time_after(int64_t one, int64_t two);


/*
 * A success gets a place while there is room; others if they are among the
 * earliest, whatever the order of reading.
 */

static scan_timeline_entry_t *
scan_timeline_place(scan_findings_t *sc, int64_t time, unsigned success)
{
    size_t                  i, first;
    scan_timeline_entry_t  *n, *latest;

    latest = NULL;

    for (i = 0, first = 0; !success && i < sc->timeline_n; i++) {
        n = &sc->timeline[i];

        if (n->outcome >= SCAN_SCAN_SUCCESS) {
            continue;
        }

        first++;

        if (latest == NULL || scan_time_after(n->time, latest->time)) {
            latest = n;
        }
    }

    if (first >= SCAN_FIRST) {
        return scan_time_after(latest->time, time) ? latest : NULL;
    }

    if (sc->timeline_n == SCAN_TIMELINE) {
        sc->timeline_left_out++;
        return NULL;
    }

    return &sc->timeline[sc->timeline_n++];
}


/* findings without a time count as later */

static int
scan_time_after(int64_t one, int64_t two)
{
    if (two == SCAN_NO_TIME) {
        return 0;
    }

    return one == SCAN_NO_TIME || one > two;
}


/* each success, and the first attempts */

void
scan_timeline_add(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit)
{
    size_t                  len;
    unsigned                success;
    scan_timeline_entry_t  *n;

    success = hit->outcome >= SCAN_SCAN_SUCCESS;

    n = scan_timeline_place(sc, hit->request.time, success);

    if (n == NULL) {
        return;
    }

    n->time = hit->request.time;
    n->number = hit->number;
    n->file = file;
    n->outcome = hit->outcome;
    n->why = hit->why;
    n->status = hit->request.status;

    len = hit->request.target.len;
    n->len = (unsigned char) (len < SCAN_GROUP_LEN ? len : SCAN_GROUP_LEN);
    memcpy(n->target, hit->request.target.data, n->len);

    (void) cli_escape((char *) n->client, sizeof(n->client),
                      hit->request.client.data, hit->request.client.len);
    (void) cli_escape((char *) n->method, sizeof(n->method),
                      hit->request.method.data, hit->request.method.len);
}


void
scan_timeline_remove(scan_findings_t *sc, const scan_file_t *file,
    uint64_t number)
{
    size_t  i;

    for (i = 0; i < sc->timeline_n; i++) {
        if (sc->timeline[i].file == file && sc->timeline[i].number == number) {
            sc->timeline[i] = sc->timeline[--sc->timeline_n];
            return;
        }
    }
}
