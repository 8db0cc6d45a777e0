
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix_guard_monitor: a page, JSON, Prometheus.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the handler of "citrix_guard_monitor" */

char *ngx_http_citrix_guard_set_monitor(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* warns of a monitor that everybody can read; NGX_ERROR without a zone */

ngx_int_t ngx_http_citrix_guard_check_monitors(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_H_INCLUDED_ */
