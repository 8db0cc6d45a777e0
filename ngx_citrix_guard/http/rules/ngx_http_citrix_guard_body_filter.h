
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Copies the beginning of a body as it passes, where nothing is refused.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_FILTER_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_FILTER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body.h"


/* called with the copy; returns NGX_OK, or a status to end the request with */

typedef ngx_int_t (*ngx_http_citrix_guard_body_handler_pt)(
    ngx_http_request_t *r, ngx_http_citrix_guard_body_t *body);


#pragma GCC visibility push(hidden)


/* installs the filter of request bodies */

ngx_int_t ngx_http_citrix_guard_body_filter_init(ngx_conf_t *cf);

/*
 * Calls "handler" when the first "n" bytes of the body have passed, or all of
 * it.  Allocates "n" bytes from the request's pool; returns NGX_ERROR if
 * memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_observe_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_handler_pt handler);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_FILTER_H_INCLUDED_ */
