
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directive citrix_guard_monitor, and what nginx -t says about it.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/* the directive: the location answers with what the zone has counted */

char *ngx_http_citrix_guard_set_monitor(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * Warns about a monitor that is open to everyone.  Returns NGX_ERROR, with a
 * message, if there is no zone.
 */

ngx_int_t ngx_http_citrix_guard_check_monitors(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_H_INCLUDED_ */
