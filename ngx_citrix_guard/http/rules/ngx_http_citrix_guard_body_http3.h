
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of an HTTP/3 body.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_HTTP3_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_HTTP3_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_peek.h"


#pragma GCC visibility push(hidden)


/*
 * Sets peek->body and peek->whole to what has arrived.  Returns NGX_OK if that
 * is enough, NGX_AGAIN to wait for more, a status to end the request with, or
 * NGX_ERROR if the body cannot be judged.  Allocates from the pools of request
 * and connection.
 */

ngx_int_t ngx_http_citrix_guard_peek_http3(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_HTTP3_H_INCLUDED_ */
