
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warnings and errors of nginx -t about ways around the guard.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Reads all locations, and sets what egress has to scan in each.  Logs
 * warnings.  Returns NGX_ERROR, with a message, for a configuration that would
 * defeat "citrix_guard on".
 */

ngx_int_t ngx_http_citrix_guard_check(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_H_INCLUDED_ */
