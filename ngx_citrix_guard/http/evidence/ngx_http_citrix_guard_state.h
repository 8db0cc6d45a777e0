
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directive "citrix_guard_state": the zone survives a restart in a file.
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
 * When a configuration comes into force: a new zone takes over what the file
 * has, and the file is its own from then on.  "nginx -t" changes nothing.
 */

void ngx_http_citrix_guard_state_begin(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);

/* in a worker: the first one writes the file now and then */

void ngx_http_citrix_guard_state_start(ngx_http_citrix_guard_main_conf_t *gmcf);

/*
 * Writes it whole or not at all, and waits for the disk; does nothing without
 * a path, or if the file is another nginx's by now.
 */

void ngx_http_citrix_guard_state_save(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_STATE_H_INCLUDED_ */
