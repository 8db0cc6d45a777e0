
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Attacks that were forwarded and are not over.  Their event is written when
 * they are; if their worker is killed before, they are lost, and that is
 * counted by whoever comes next: a new worker, or who asks the monitor.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_open.h"
#include "ngx_http_citrix_guard_lost.h"
#include "ngx_http_citrix_guard_upgrade.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_open.h"


static void ngx_http_citrix_guard_open_lost(
    ngx_http_citrix_guard_main_conf_t *gmcf, uint64_t n, uint32_t pid,
    ngx_log_t *log);


/* of this process; processes without one do not count */

static unsigned  ngx_http_citrix_guard_open_place = CGUARD_ZONE_WORKERS;


void
ngx_http_citrix_guard_open_start(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log)
{
    if (gmcf->shared == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return;
    }

    ngx_http_citrix_guard_open_look(gmcf, log);

    ngx_http_citrix_guard_open_place
        = cguard_zone_open_place(gmcf->shared, (uint32_t) ngx_pid);

    ngx_http_citrix_guard_upgrade_place(gmcf->shared,
                                        ngx_http_citrix_guard_open_place);
}


/* a worker that is told to stop at once does not wait for answers */

void
ngx_http_citrix_guard_open_leave(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log)
{
    uint64_t  n;

    if (gmcf->shared == NULL
        || ngx_http_citrix_guard_open_place == CGUARD_ZONE_WORKERS)
    {
        return;
    }

    n = cguard_zone_open_leave(gmcf->shared, ngx_http_citrix_guard_open_place,
                               (uint32_t) ngx_pid);

    ngx_http_citrix_guard_open_place = CGUARD_ZONE_WORKERS;

    ngx_http_citrix_guard_open_lost(gmcf, n, (uint32_t) ngx_pid, log);
}


void
ngx_http_citrix_guard_open_look(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log)
{
    uint64_t  n;
    uint32_t  pid;
    unsigned  i;

    if (gmcf->shared == NULL) {
        return;
    }

    for (i = 0; i < CGUARD_ZONE_WORKERS; i++) {
        pid = cguard_zone_open_pid(gmcf->shared, i);

        if (pid == 0 || kill((pid_t) pid, 0) == 0 || ngx_errno != ESRCH) {
            continue;
        }

        n = cguard_zone_open_leave(gmcf->shared, i, pid);

        ngx_http_citrix_guard_open_lost(gmcf, n, pid, log);
    }
}


static void
ngx_http_citrix_guard_open_lost(ngx_http_citrix_guard_main_conf_t *gmcf,
    uint64_t n, uint32_t pid, ngx_log_t *log)
{
    uint64_t  i;

    if (n == 0) {
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_http_citrix_guard_count_lost(gmcf, CGUARD_ZONE_LOST_EVENT);
    }

    ngx_log_error(NGX_LOG_ALERT, log, 0,
                  "citrix_guard: worker process %uD ended while it waited "
                  "for the ADC's answer to %uL attacks: they have no event, "
                  "only the line that was written when they were found", pid, n);
}


void
ngx_http_citrix_guard_open_add(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    if (gmcf->shared == NULL || mark->open
        || ngx_http_citrix_guard_open_place == CGUARD_ZONE_WORKERS)
    {
        return;
    }

    mark->open = 1;

    atomic_fetch_add(&gmcf->shared->open[ngx_http_citrix_guard_open_place],
                     1);
}


void
ngx_http_citrix_guard_open_end(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    if (!mark->open
        || ngx_http_citrix_guard_open_place == CGUARD_ZONE_WORKERS)
    {
        return;
    }

    mark->open = 0;

    atomic_fetch_sub(&gmcf->shared->open[ngx_http_citrix_guard_open_place],
                     1);
}
