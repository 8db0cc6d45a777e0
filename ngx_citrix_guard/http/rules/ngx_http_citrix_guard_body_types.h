
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of a body, and the state of reading ahead.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_TYPES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_TYPES_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


/* the beginning of a body, without its framing */

typedef struct {
    u_char                         *data;
    size_t                          len;
    ngx_uint_t                      whole;      /* that is all of it */
} ngx_http_citrix_guard_body_t;


/* called when so much of a body is known; a status ends the request */

typedef ngx_int_t (*ngx_http_citrix_guard_body_pt)(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body);


/* a body that is read ahead, before anything is forwarded */

typedef struct {
    size_t                          wanted;
    ngx_str_t                       seen;       /* decoded */
    ngx_uint_t                      done;
    ngx_uint_t                      failed;     /* it cannot be judged */
    ngx_uint_t                      whole;      /* that was all of it */
    ngx_msec_t                      deadline;
    ngx_uint_t                      polls;
    ngx_http_chunked_t              chunked;
    size_t                          parsed;     /* raw bytes of it */
    ngx_buf_t                      *own;        /* in place of header_in */
    u_char                         *limit;      /* its memory ends there */
} ngx_http_citrix_guard_peek_t;


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_TYPES_H_INCLUDED_ */
