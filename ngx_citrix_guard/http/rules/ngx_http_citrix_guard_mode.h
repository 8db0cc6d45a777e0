
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The verdict on a finding: blocked, detected or exempted.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MODE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MODE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Sets f->verdict to blocked, detected or exempted, and f->exempted_by.  Reads
 * f->reason and f->rule; cannot fail.  Evaluates the exceptions in force, each
 * of which may match patterns against the request.
 */

void ngx_http_citrix_guard_apply_mode(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MODE_H_INCLUDED_ */
