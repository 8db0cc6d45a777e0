
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A header field as the client sent it.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_SENT_HEADER_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_SENT_HEADER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * The value of the first field of that name, which is given in upper case with
 * "_" for each byte that is no letter and no digit.  It points into the bytes
 * of the request, and is empty if there is none.  Allocates nothing.
 */

ngx_str_t ngx_http_citrix_guard_sent_header(ngx_http_request_t *r,
    const char *upper);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_SENT_HEADER_H_INCLUDED_ */
