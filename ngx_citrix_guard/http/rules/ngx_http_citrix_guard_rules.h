
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request by the rules in force.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Returns NGX_OK and the strongest finding in "f"; its verdict is "passed" if
 * there is none.  Or returns what ngx_http_citrix_guard_peek_body() returned:
 * then the phases run again when the body has arrived.  One pass over the
 * request, and the patterns of the rules that can match.
 */

ngx_int_t ngx_http_citrix_guard_judge_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RULES_H_INCLUDED_ */
