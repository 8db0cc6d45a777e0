
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does the head that nginx has built say how long its body is?
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_FRAMING_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_FRAMING_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


/* what the head says; "body" is NULL as long as it has not ended */

typedef struct {
    u_char                         *body;
    off_t                           length;     /* -1: no Content-Length */
    ngx_uint_t                      chunked;    /* any Transfer-Encoding */
    ngx_uint_t                      close;      /* "Connection: close" */
} ngx_http_citrix_guard_framing_t;


#pragma GCC visibility push(hidden)


/* reads a line that begins with "c" or "t"; "last" is its line feed */

void ngx_http_citrix_guard_read_framing(u_char *p, u_char *last,
    ngx_http_citrix_guard_framing_t *framing);

/*
 * 1 if the body in r->upstream->request_bufs is as long as the head of HTTP/1
 * in front of it says, so that the upstream takes the next request on this
 * connection for one.  Allocates nothing, cannot fail.
 */

ngx_uint_t ngx_http_citrix_guard_is_framed(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_framing_t *framing);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_FRAMING_H_INCLUDED_ */
