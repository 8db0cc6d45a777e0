
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The event in the Common Event Format.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CEF_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CEF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_event.h"


#pragma GCC visibility push(hidden)


/*
 * The extension of a CEF line, at most 4096 bytes, from the request's pool;
 * empty if memory runs out.
 */

ngx_str_t ngx_http_citrix_guard_event_cef(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CEF_H_INCLUDED_ */
