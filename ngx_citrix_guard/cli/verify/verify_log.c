
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * From outside, "detect" looks like no guard at all.  If verify can read the
 * guard's error log, it finds its own requests there.
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/common/cli_error.h"
#include "verify_log.h"
#include "verify_monitor.h"
#include "verify_targets.h"
#include "verify_types.h"


/* most lines are written with the answers; the last may take a moment */

#define VERIFY_LOG_WAIT  300000000


static void verify_log_count(verify_t *v, FILE *f);


void
verify_log_begin(verify_t *v)
{
    struct stat  st;

    v->log_from = 0;

    if (v->error_log && stat(v->error_log, &st) == 0) {
        v->log_from = st.st_size;
    }
}


void
verify_log_read(verify_t *v)
{
    FILE             *f;
    struct timespec   ts;

    if (v->error_log == NULL) {
        return;
    }

    ts.tv_sec = 0;
    ts.tv_nsec = VERIFY_LOG_WAIT;
    (void) nanosleep(&ts, NULL);

    f = fopen(v->error_log, "re");

    if (f == NULL) {
        cli_error("%s: %s", cli_printable(v->error_log), strerror(errno));
        return;
    }

    v->log_read = 1;
    verify_log_count(v, f);

    (void) fclose(f);
}


static void
verify_log_count(verify_t *v, FILE *f)
{
    char      text[40], *line;
    size_t    size;
    unsigned  i;

    line = NULL;
    size = 0;

    /* the log was rotated in the meantime: read it from its beginning */

    if (fseek(f, 0, SEEK_END) == 0 && ftell(f) < v->log_from) {
        v->log_from = 0;
    }

    (void) fseek(f, (long) v->log_from, SEEK_SET);

    while (getline(&line, &size, f) > 0) {

        if (!verify_is_spelling(v, line)) {
            continue;
        }

        for (i = 0; i < VERIFY_COUNTED; i++) {
            snprintf(text, sizeof(text), " citrix_guard: %s ",
                     verify_counted_name[i]);

            v->log[i] += strstr(line, text) != NULL;
        }
    }

    free(line);
}
