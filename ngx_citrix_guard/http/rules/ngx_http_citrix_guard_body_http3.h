
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of a body that comes by HTTP/3.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_HTTP3_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_HTTP3_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_peek.h"


#pragma GCC visibility push(hidden)


/*
 * Sets peek->body and peek->whole to what has come.  NGX_OK if that is enough,
 * NGX_AGAIN if more is waited for, a status if the request is to end with it,
 * NGX_ERROR if it cannot be judged.  Allocates from the pools of the request
 * and of the connection.
 */

ngx_int_t ngx_http_citrix_guard_peek_http3(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_HTTP3_H_INCLUDED_ */
