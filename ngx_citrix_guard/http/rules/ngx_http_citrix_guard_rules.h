
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request by the rules in force.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RULES_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * NGX_OK, and "f" is the strongest finding, its verdict "passed" if there is
 * none; or what ngx_http_citrix_guard_body() has returned.
 */

ngx_int_t ngx_http_citrix_guard_judge_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RULES_H_INCLUDED_ */
