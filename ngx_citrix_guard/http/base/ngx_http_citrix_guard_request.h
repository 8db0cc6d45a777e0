
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What identifies a request in logs: its target and its ID.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_REQUEST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_REQUEST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * The target as the client sent it.  If nginx could not parse it: what follows
 * the method in the request line.  Points into the bytes of the request; may
 * be empty.  Allocates nothing.
 */

ngx_str_t ngx_http_citrix_guard_client_target(ngx_http_request_t *r);

/* the value of $request_id; "-" if there is none */

ngx_str_t ngx_http_citrix_guard_request_id(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_REQUEST_H_INCLUDED_ */
