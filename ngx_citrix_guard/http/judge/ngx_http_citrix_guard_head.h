
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The request head that nginx has built for an upstream.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_HEAD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_HEAD_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Judges u->request_bufs: 1 with "f" filled in if it is to be refused, 0 if
 * not.  Reads the head once, allocates nothing, cannot fail; what is no HTTP/1
 * is refused in the mode "on".
 */

ngx_uint_t ngx_http_citrix_guard_judge_head(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_HEAD_H_INCLUDED_ */
