
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Would nginx start again, as it is installed and configured now?  A running
 * one does not notice that its files were replaced by some that do not fit, and
 * fails at the next start or reload.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common/cli_run.h"
#include "status_start.h"
#include "status_types.h"


#define STATUS_NGINX  "/usr/sbin/nginx"


static void status_start_line(status_t *st, const char *said);


void
status_start(status_t *st)
{
    int          rc;
    char        *said, file[2048];
    unsigned     n;
    const char  *argv[5];

    n = 0;
    argv[n++] = st->nginx ? st->nginx : STATUS_NGINX;
    argv[n++] = "-t";

    if (st->conf) {
        snprintf(file, sizeof(file), "%s/nginx.conf", st->conf);
        argv[n++] = "-c";
        argv[n++] = file;
    }

    argv[n] = NULL;

    rc = cli_run(argv, &said);

    status_start_line(st, said ? said : "");

    free(said);

    if (rc == 0) {
        st->start = STATUS_START_YES;
        st->start_says[0] = '\0';
        return;
    }

    /* others than root may not read keys, nor write what nginx writes */

    st->start = rc == 127 || st->start_says[0] == '\0'
                || (geteuid() != 0
                    && strstr(st->start_says, "Permission denied"))
                ? STATUS_START_UNKNOWN : STATUS_START_NO;

    if (st->start_says[0] == '\0') {
        snprintf(st->start_says, sizeof(st->start_says), "%.400s %s", argv[0],
                 rc == 127 ? "cannot be run" : "-t gives no reason");
    }
}


/* the line that says why, without what a log has before it: "PID#TID: " */

static void
status_start_line(status_t *st, const char *said)
{
    char        *c;
    size_t       n;
    const char  *p;

    p = strstr(said, "[emerg] ");

    if (p == NULL) {
        return;
    }

    p += sizeof("[emerg] ") - 1;
    n = strspn(p, "0123456789#");

    if (n && strncmp(p + n, ": ", 2) == 0) {
        p += n + 2;
    }

    snprintf(st->start_says, sizeof(st->start_says), "%.*s",
             (int) strcspn(p, "\n"), p);

    for (c = st->start_says; *c; c++) {
        *c = *c >= 0x20 && *c < 0x7f ? *c : '?';
    }
}
