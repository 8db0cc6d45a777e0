
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * One upstream connection for each client connection, never shared with
 * another client: NTLM and Negotiate log in a connection, not a request.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_PINNING_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_PINNING_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Inserts itself between the upstream and its balancer, whose functions must
 * be set.  Returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_pin(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *uscf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_PINNING_H_INCLUDED_ */
