
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which strings of a request are put before the core.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_JUDGE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_JUDGE_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


/* may this be the name "NSC_USER" or "NSC_NONCE", in some spelling? */

#define ngx_http_citrix_guard_nsc(name)                                       \
    ((name)->len - 8 <= 1                                                     \
     && ((name)->data[0] | 0x20) == 'n')


#pragma GCC visibility push(hidden)


/* the module's context of a request that PREACCESS has judged */

extern u_char  ngx_http_citrix_guard_judged;


/*
 * Each of these returns 1 and fills "f" in if the string or request is to be
 * refused, 0 if not.  They allocate nothing and cannot fail; their cost is
 * that of cguard_target().  f->at is set to the request: who judges elsewhere
 * sets it.
 */

ngx_uint_t ngx_http_citrix_guard_judge_request(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
ngx_uint_t ngx_http_citrix_guard_judge_target(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f);

/* the same for a target that nginx has built */

ngx_uint_t ngx_http_citrix_guard_judge_built(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f);
ngx_uint_t ngx_http_citrix_guard_judge_header(ngx_str_t *name,
    ngx_str_t *value, ngx_http_citrix_guard_finding_t *f);

/* fills "f" in from a result of the core; returns 1 */

ngx_uint_t ngx_http_citrix_guard_set_finding(
    ngx_http_citrix_guard_finding_t *f, ngx_http_citrix_guard_in_e in,
    ngx_str_t *judged, cguard_result_t *res);


#pragma GCC visibility pop


/* are these the very bytes that PREACCESS let pass in this location? */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_judged_already(ngx_http_request_t *r, ngx_str_t *target)
{
    return target->len == r->unparsed_uri.len
           && r->valid_unparsed_uri
           && ngx_http_get_module_ctx(r, ngx_http_citrix_guard_module)
              == &ngx_http_citrix_guard_judged
           && ngx_memcmp(target->data, r->unparsed_uri.data, target->len)
              == 0;
}


#endif /* _NGX_HTTP_CITRIX_GUARD_JUDGE_H_INCLUDED_ */
