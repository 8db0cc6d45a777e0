
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What counts as one source of requests.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_SOURCE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_SOURCE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* the longest text of a source */

#define NGX_HTTP_CITRIX_GUARD_SOURCE     64


#pragma GCC visibility push(hidden)


/* who is at the other end, as realip has left it; writes 16 bytes */

void ngx_http_citrix_guard_source_address(ngx_connection_t *c,
    u_char address[16]);

/*
 * The address of a source as text, of NGX_HTTP_CITRIX_GUARD_SOURCE bytes at
 * most; returns its length.
 */

size_t ngx_http_citrix_guard_source_text(const u_char address[16],
    u_char *text);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_SOURCE_H_INCLUDED_ */
