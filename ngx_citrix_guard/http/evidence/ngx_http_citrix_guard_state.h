
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directive "citrix_guard_state": saves the zone in a file, so that it
 * survives a restart.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_STATE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_STATE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the directive */

char *ngx_http_citrix_guard_set_state(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * Called when a configuration takes effect: a new zone takes the contents of
 * the file, and owns the file from then on.  "nginx -t" changes nothing.
 */

void ngx_http_citrix_guard_state_begin(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);

/* in a worker: the first one writes the file from time to time */

void ngx_http_citrix_guard_state_start(ngx_http_citrix_guard_main_conf_t *gmcf);

/*
 * Writes the file completely or not at all, and waits for the disk; does
 * nothing without a path, or if the file belongs to another nginx by now.
 */

void ngx_http_citrix_guard_state_save(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log);

/*
 * In the master, when nginx ends: writes that it has ended.  Otherwise the next
 * one says that something may not have been counted.
 */

void ngx_http_citrix_guard_state_end(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_STATE_H_INCLUDED_ */
