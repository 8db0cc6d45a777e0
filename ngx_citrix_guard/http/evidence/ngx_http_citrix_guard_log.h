
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The line in the error log.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_LOG_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_LOG_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* one line for the finding, at the level of citrix_guard_log_level */

void ngx_http_citrix_guard_log(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/*
 * Writes the escaped reading of what was found, "size" bytes at most, and
 * returns the length.  A reading that does not fit begins where the attack
 * does.
 */

size_t ngx_http_citrix_guard_reading(u_char *dst, size_t size,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_LOG_H_INCLUDED_ */
