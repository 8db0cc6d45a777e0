
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What lets a finding pass.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_EXEMPTIONS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_EXEMPTIONS_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* is this rule or reason named by "citrix_guard_exempt"? */

ngx_uint_t ngx_http_citrix_guard_is_exempt(ngx_http_citrix_guard_set_t *set,
    ngx_str_t *name);

/*
 * The exception in force here that covers this rule or reason and matches the
 * request; NULL if there is none.  Cost: the patterns of the exceptions.
 */

const cguard_rule_t *ngx_http_citrix_guard_find_exception(
    ngx_http_request_t *r, ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_str_t *id, ngx_str_t *reason);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_EXEMPTIONS_H_INCLUDED_ */
