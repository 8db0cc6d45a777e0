
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Attacks that were forwarded and are not over: what a worker that dies takes
 * with it is counted as lost.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_OPEN_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_OPEN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the begin and the end of a worker */

void ngx_http_citrix_guard_open_start(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log);
void ngx_http_citrix_guard_open_leave(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log);

/* counts what dead workers have left */

void ngx_http_citrix_guard_open_look(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log);

/* a request that was found in, and its end */

void ngx_http_citrix_guard_open_add(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark);
void ngx_http_citrix_guard_open_end(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_OPEN_H_INCLUDED_ */
