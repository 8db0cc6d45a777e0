
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Hostile bytes as printable text.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_ESCAPE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_ESCAPE_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Writes "len" bytes of "src" to "dst": printable ASCII without quote and
 * backslash as it is, any other byte as \xHH.  Writes at most "size" bytes
 * and never a part of an escape; no NUL is added.  Returns the length.
 */

size_t ngx_http_citrix_guard_escape(u_char *dst, size_t size, u_char *src,
    size_t len);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_ESCAPE_H_INCLUDED_ */
