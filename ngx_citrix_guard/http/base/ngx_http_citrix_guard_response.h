
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Header fields of our own responses.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RESPONSE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RESPONSE_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Adds a field to the response; "name" and "value" are used as they are, and
 * have to last as long as the request.  NGX_ERROR without memory.
 */

ngx_int_t ngx_http_citrix_guard_add_header(ngx_http_request_t *r,
    const char *name, const char *value);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RESPONSE_H_INCLUDED_ */
