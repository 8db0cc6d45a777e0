
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sessions that continue in an http server.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_HTTP_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_HTTP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#pragma GCC visibility push(hidden)


/* the handler of "citrix_guard_http_pass" */

char *ngx_stream_citrix_guard_set_http(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* at the end of stream{}; NGX_ERROR, and a line, if sessions go elsewhere */

ngx_int_t ngx_stream_citrix_guard_check_handlers(ngx_conf_t *cf);

/*
 * Resolves the names.  Called at the end of stream{} and of http{}; works when
 * both have been read.  Returns NGX_ERROR, and logs the name, if no server has
 * it.
 */

ngx_int_t ngx_stream_citrix_guard_resolve_http(ngx_cycle_t *cycle);

/*
 * The same without an http{}, when the whole configuration has been read.
 * Returns NGX_ERROR if nginx can still refuse to start.
 */

ngx_int_t ngx_stream_citrix_guard_check_http(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_HTTP_H_INCLUDED_ */
