
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The egress check: judges what nginx has built, before it is sent to the
 * upstream.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_EGRESS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_EGRESS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Wraps peer.init of all upstreams and proxy_bind of all locations, after they
 * were merged.  Returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_egress_init(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_EGRESS_H_INCLUDED_ */
