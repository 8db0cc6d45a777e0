
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of a body that comes by HTTP/2.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_HTTP2_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_HTTP2_H_INCLUDED_


#include "ngx_http_citrix_guard_body_types.h"


#pragma GCC visibility push(hidden)


/*
 * Updates peek->seen and peek->whole from what has arrived, in nginx's
 * preread buffer.  NGX_OK if that is enough,
 * NGX_AGAIN if more is needed, a status if the request is to end with it,
 * NGX_ERROR if it cannot be judged.
 */

ngx_int_t ngx_http_citrix_guard_peek_http2(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_HTTP2_H_INCLUDED_ */
