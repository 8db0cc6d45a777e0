
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds a header field as the client sent it.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_SENT_HEADER_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_SENT_HEADER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * The value of the first field of that name; "name" is in upper case, with "_"
 * for each byte that is not a letter or digit.  Points into the bytes of the
 * request; empty if there is no such field.  Allocates nothing.
 */

ngx_str_t ngx_http_citrix_guard_sent_header(ngx_http_request_t *r,
    const char *upper);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_SENT_HEADER_H_INCLUDED_ */
