
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Names of verdicts and places, as logs and events have them.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* constant strings; none of these allocates or fails */

const char *ngx_http_citrix_guard_verdict_name(
    ngx_http_citrix_guard_verdict_e verdict);
const char *ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at);
const char *ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_ */
