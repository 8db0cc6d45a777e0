
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Whether the address of a request may be that of a proxy in between.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_FORWARDED_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_FORWARDED_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * For whom a balancer or proxy says that it has forwarded the request, if
 * realip has not taken the client's address from it: then that address may be
 * the balancer's.  Empty if nobody says so.  Points into the request.
 */

ngx_str_t ngx_http_citrix_guard_forwarded_for(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_FORWARDED_H_INCLUDED_ */
