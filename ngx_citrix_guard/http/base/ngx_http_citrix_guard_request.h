
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What identifies a client's request in logs and events.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_REQUEST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_REQUEST_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * The target as the client sent it, also where nginx stopped in the middle of
 * the request line: raw bytes in nginx's own buffers, empty if there are none.
 */

ngx_str_t ngx_http_citrix_guard_client_target(ngx_http_request_t *r);

/* $request_id, the reference that the client is shown; "-" without memory */

ngx_str_t ngx_http_citrix_guard_request_id(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_REQUEST_H_INCLUDED_ */
