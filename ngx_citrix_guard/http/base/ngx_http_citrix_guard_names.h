
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The names of verdicts, and of where and in what something was found, in logs
 * and in the monitor.  Each function returns a constant string and cannot
 * fail.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


const char *ngx_http_citrix_guard_verdict_name(
    ngx_http_citrix_guard_verdict_e verdict);

/* the values of the fields "at" and "in" */

const char *ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at);
const char *ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_NAMES_H_INCLUDED_ */
