
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A copy of the beginning of a body, where nothing is refused.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_FILTER_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_FILTER_H_INCLUDED_


#include "ngx_http_citrix_guard_body_types.h"


#pragma GCC visibility push(hidden)


/* puts the filter in front of nginx's other filters of request bodies */

ngx_int_t ngx_http_citrix_guard_body_filter_init(ngx_conf_t *cf);

/*
 * Copies the first "n" bytes of the body as they pass, and calls the handler
 * when they are there or the body has ended.  Nothing waits for it.  NGX_ERROR
 * without memory.
 */

ngx_int_t ngx_http_citrix_guard_collect_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_pt handler);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_FILTER_H_INCLUDED_ */
