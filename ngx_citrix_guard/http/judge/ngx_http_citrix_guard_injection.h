
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Has a client injected a line feed into the head that nginx has built?
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_INJECTION_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_INJECTION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * 1 if the values of this head that may hold a line feed are known, hold none,
 * and none of them is an "Upgrade".  Reads those values.
 */

ngx_uint_t ngx_http_citrix_guard_values_are_plain(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);

/*
 * Judges r->upstream->request_bufs: its request line, the values in it, its
 * lines, and its end.  If it is more than one head, or has something that is
 * not a header line, fills "f" and returns 1.  A request that is not HTTP/1
 * has no head and is not judged.  Allocates nothing, cannot fail; two passes
 * over the head, one over the client's header fields.
 */

ngx_uint_t ngx_http_citrix_guard_judge_injection(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_INJECTION_H_INCLUDED_ */
