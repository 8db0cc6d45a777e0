
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Upstreams that are guarded in one location and not in another.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_UPSTREAMS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_UPSTREAMS_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* fills gmcf->guarded; NGX_ERROR without memory */

ngx_int_t ngx_http_citrix_guard_collect_guarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf);

/* warns if this location, which is not guarded, leads to one of them */

void ngx_http_citrix_guard_check_unguarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);

/* is this one of the upstream's addresses? */

ngx_uint_t ngx_http_citrix_guard_has_address(
    ngx_http_upstream_srv_conf_t *uscf, ngx_addr_t *addr);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_UPSTREAMS_H_INCLUDED_ */
