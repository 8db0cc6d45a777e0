
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Adds a header field to the response.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RESPONSE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RESPONSE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Adds a header field to the response.  Name and value are not copied.
 * Allocates from the request's pool; returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_add_header(ngx_http_request_t *r,
    const char *name, const char *value);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RESPONSE_H_INCLUDED_ */
