
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges the request head that nginx has built for the upstream.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_HEAD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_HEAD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Judges r->upstream->request_bufs.  If the head is an attack or cannot be
 * judged, fills "f" and returns 1; otherwise returns 0.  Allocates nothing,
 * cannot fail; one pass over the head.
 */

ngx_uint_t ngx_http_citrix_guard_judge_head(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/* 1 if the first line is "METHOD target HTTP/1.x"; reads only that line */

ngx_uint_t ngx_http_citrix_guard_is_http1(u_char *p, u_char *last);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_HEAD_H_INCLUDED_ */
