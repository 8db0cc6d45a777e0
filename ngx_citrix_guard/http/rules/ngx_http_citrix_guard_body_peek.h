
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The state of reading a body ahead.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_PEEK_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_PEEK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct {
    size_t                          wanted;
    ngx_str_t                       body;       /* without framing */
    ngx_uint_t                      done;
    ngx_uint_t                      failed;     /* it cannot be judged */
    ngx_uint_t                      whole;      /* the whole body */
    ngx_msec_t                      deadline;
    ngx_uint_t                      polls;
    ngx_http_chunked_t              chunked;
    size_t                          parsed;     /* raw bytes so far */
    uint64_t                        frame_rest; /* of HTTP/3 */
    ngx_uint_t                      frame_is_data;
    ngx_buf_t                      *buf;        /* replaces header_in */
    u_char                         *limit;      /* end of its memory */
} ngx_http_citrix_guard_peek_t;


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_PEEK_H_INCLUDED_ */
