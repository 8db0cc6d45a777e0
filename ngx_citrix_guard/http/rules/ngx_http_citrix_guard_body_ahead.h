
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Bytes of a body that are read ahead, behind those of the header.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_AHEAD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_AHEAD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_peek.h"


/*
 * Framing: raw bytes for one of the body, and besides.  A chunk of a single
 * byte has 6; nobody honest sends many of them.
 */

#define NGX_HTTP_CITRIX_GUARD_FRAMING  8
#define NGX_HTTP_CITRIX_GUARD_FRAME    4096

#define ngx_http_citrix_guard_peek_is_framing(peek)                           \
    ((peek)->parsed > (peek)->wanted * NGX_HTTP_CITRIX_GUARD_FRAMING          \
                      + NGX_HTTP_CITRIX_GUARD_FRAME)


#pragma GCC visibility push(hidden)


/*
 * Reads at most "size" bytes of the body behind those in r->header_in.  NGX_OK
 * if there were some, NGX_AGAIN if they are waited for, NGX_DONE if none will
 * come, a status if the request is to end with it, NGX_ERROR without memory.
 * Allocates from the pools of the request and of the connection.
 */

ngx_int_t ngx_http_citrix_guard_peek_recv(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_AHEAD_H_INCLUDED_ */
