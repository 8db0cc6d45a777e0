
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The peer.init of each upstream: replaced, and found again.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_PEERS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_PEERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Puts "init" into each upstream, in place of what it has, and keeps that.
 * Comes when all upstreams are known.  NGX_ERROR without memory.
 */

ngx_int_t ngx_http_citrix_guard_wrap_peers(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_http_upstream_init_peer_pt init);

/*
 * The original function of an upstream, NULL if it is not among them.  Used
 * where glcf->init_peer is NULL.
 */

ngx_http_upstream_init_peer_pt ngx_http_citrix_guard_original_init_peer(
    ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_PEERS_H_INCLUDED_ */
