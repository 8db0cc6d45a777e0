
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Records requests that nginx itself refused before any phase.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_NGINX_REFUSAL_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_NGINX_REFUSAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* the request was answered without an error, or by an upstream */

#define ngx_http_citrix_guard_answered(r)                                     \
    ((r)->unparsed_uri.len                                                    \
     && ((r)->headers_out.status < NGX_HTTP_BAD_REQUEST                       \
         || (r)->upstream_states))


#pragma GCC visibility push(hidden)


/*
 * Judges the target of a request that nginx has refused, and records what it
 * finds; does nothing for other requests.  May be called more than once.
 * Allocates as ngx_http_citrix_guard_record_finding() does, cannot fail.
 */

void ngx_http_citrix_guard_record_nginx_refusal(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_NGINX_REFUSAL_H_INCLUDED_ */
