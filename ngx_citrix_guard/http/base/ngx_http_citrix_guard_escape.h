
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Escapes untrusted bytes for logs and JSON.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_ESCAPE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_ESCAPE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#pragma GCC visibility push(hidden)


/*
 * Writes "src" to "dst": printable ASCII stays, quotes, backslashes and all
 * other bytes become \xHH.  Returns the length, at most "size"; what does not
 * fit is cut, never within an escape.  Allocates nothing, cannot fail.
 */

size_t ngx_http_citrix_guard_escape(u_char *dst, size_t size, u_char *src,
    size_t len);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_ESCAPE_H_INCLUDED_ */
