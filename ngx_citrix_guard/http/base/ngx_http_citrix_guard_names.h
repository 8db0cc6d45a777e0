
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The names of verdicts, of places and of strings, as logs and the monitor
 * write them.  Each returns a constant string, and none can fail.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


const char *ngx_http_citrix_guard_verdict_name(
    ngx_http_citrix_guard_verdict_e verdict);

/* where something was found: the fields "at" and "in" */

const char *ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at);
const char *ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_ */
