
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules that exempt a request: "citrix_guard_rule ... pass".
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_EXCEPTIONS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_EXCEPTIONS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "cguard/rules/cguard_rule_types.h"
#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * The exception that applies to the finding, or NULL.  "id" is the ID of the
 * rule that matched, empty if there is none.  Cannot fail: if memory runs out,
 * there is no exception.
 */

const cguard_rule_t *ngx_http_citrix_guard_exception(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *id, ngx_str_t *reason);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_EXCEPTIONS_H_INCLUDED_ */
