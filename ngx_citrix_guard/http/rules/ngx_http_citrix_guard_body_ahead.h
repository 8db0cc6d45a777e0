
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads bytes of a body ahead, after those of the header.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_AHEAD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_AHEAD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_peek.h"


/*
 * How many bytes of framing are accepted: a number for each byte of the body,
 * plus a fixed number.  A chunk of one byte has 6; no honest client sends many
 * of them.
 */

#define NGX_HTTP_CITRIX_GUARD_FRAMING  8
#define NGX_HTTP_CITRIX_GUARD_FRAME    4096

#define ngx_http_citrix_guard_peek_is_framing(peek)                           \
    ((peek)->parsed > (peek)->wanted * NGX_HTTP_CITRIX_GUARD_FRAMING          \
                      + NGX_HTTP_CITRIX_GUARD_FRAME)


#pragma GCC visibility push(hidden)


/*
 * Reads at most "size" bytes of the body to the end of r->header_in.  Returns
 * NGX_OK if there were some, NGX_AGAIN to wait, NGX_DONE if no more will come,
 * a status to end the request with, or NGX_ERROR if memory runs out.
 * Allocates from the pools of request and connection.
 */

ngx_int_t ngx_http_citrix_guard_peek_recv(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_AHEAD_H_INCLUDED_ */
