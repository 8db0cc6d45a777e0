
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request: which of its strings are an attack.
 *
 * Each function fills "f" and returns 1 if the string is an attack, or returns
 * 0.  None allocates, and none can fail; each makes one pass over the string.
 * "at" is set to the request: callers that judge elsewhere change it.  The
 * verdict is not set here.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_JUDGE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_JUDGE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "cguard/decision/cguard_target.h"
#include "http/base/ngx_http_citrix_guard_types.h"


/*
 * Can it be the name of a header field that is judged: NSC_USER, NSC_NONCE,
 * Destination, X-Original-URL, X-Rewrite-URL?  Such a name has 8, 9, 11, 13 or
 * 14 bytes and begins with "d", "n" or "x".  Both are taken modulo 64,
 * which costs one instruction each.  A name that passes is compared in full.
 */

#define ngx_http_citrix_guard_maybe_judged(name)                              \
    (((uint64_t) 0x6b00 >> ((name)->len & 63) & 1)                            \
     && ((uint64_t) 0x0100401001004010 >> ((name)->data[0] & 63) & 1))


#pragma GCC visibility push(hidden)


/* fills a finding from a result of the core; returns 1 */

ngx_uint_t ngx_http_citrix_guard_set_finding(
    ngx_http_citrix_guard_finding_t *f, ngx_http_citrix_guard_in_e in,
    ngx_str_t *judged, cguard_result_t *res);

/* a target as the client sent it */

ngx_uint_t ngx_http_citrix_guard_judge_target(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f);

/* a target that nginx has built for the upstream */

ngx_uint_t ngx_http_citrix_guard_judge_built_target(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f);

/*
 * A header field of the client, or with "built" one of the head for the
 * upstream.  NSC_USER and NSC_NONCE are judged by the core's rule for them, a
 * field that some servers take a target from as a target.
 */

ngx_uint_t ngx_http_citrix_guard_judge_header(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *name, ngx_str_t *value,
    ngx_uint_t built, ngx_http_citrix_guard_finding_t *f);

/* the request's target, or URI and arguments, and its header fields */

ngx_uint_t ngx_http_citrix_guard_judge_request(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_JUDGE_H_INCLUDED_ */
