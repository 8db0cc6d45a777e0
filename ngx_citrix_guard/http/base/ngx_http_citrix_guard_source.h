
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


/* the maximum length of a source as text */

#define NGX_HTTP_CITRIX_GUARD_SOURCE     64


#pragma GCC visibility push(hidden)


/* writes the client's address, after realip, as 16 bytes */

void ngx_http_citrix_guard_source_address(ngx_connection_t *c,
    u_char address[16]);

/*
 * Writes a source as text, at most NGX_HTTP_CITRIX_GUARD_SOURCE bytes; returns
 * its length.
 */

size_t ngx_http_citrix_guard_source_text(const u_char address[16],
    u_char *text);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_SOURCE_H_INCLUDED_ */
