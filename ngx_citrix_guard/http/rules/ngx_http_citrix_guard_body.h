
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A look at the beginning of a body: what has been seen of it, and how it is
 * got from each version of HTTP.  See _body.c.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


typedef struct {
    size_t                          wanted;
    ngx_str_t                       seen;       /* decoded */
    ngx_uint_t                      done;
    ngx_uint_t                      failed;     /* it cannot be judged */
    ngx_uint_t                      whole;      /* that was all of it */
    ngx_msec_t                      deadline;
    ngx_uint_t                      looks;
    ngx_http_chunked_t              chunked;
    size_t                          parsed;     /* raw bytes of it */
    ngx_buf_t                      *own;        /* in place of header_in */
    u_char                         *limit;      /* its memory ends there */
} ngx_http_citrix_guard_peek_t;


#pragma GCC visibility push(hidden)


/*
 * Each makes peek->seen and peek->whole of what has come.  NGX_OK if that is
 * enough, NGX_AGAIN if more is waited for, a status if the request is to end
 * with it, NGX_ERROR if it cannot be judged.
 */

ngx_int_t ngx_http_citrix_guard_peek_http1(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
ngx_int_t ngx_http_citrix_guard_peek_http2(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_ */
