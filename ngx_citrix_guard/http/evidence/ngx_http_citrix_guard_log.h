
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The line in the error log.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_LOG_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_LOG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


/* the maximum length of an escaped target or reading, in logs and variables */

#define NGX_HTTP_CITRIX_GUARD_TEXT       512


#pragma GCC visibility push(hidden)


/* logs a finding at the level of the location; allocates nothing */

void ngx_http_citrix_guard_log_finding(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/*
 * Writes the reading of a finding, escaped.  Returns the length, at most
 * "size"; if it is too long, it begins where the attack begins.  Allocates
 * nothing.
 */

size_t ngx_http_citrix_guard_format_reading(u_char *dst, size_t size,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_LOG_H_INCLUDED_ */
