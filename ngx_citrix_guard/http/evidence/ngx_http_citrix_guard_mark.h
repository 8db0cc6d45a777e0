
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What is known of a suspicious client request.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MARK_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MARK_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


/*
 * One for a client's request with its subrequests and internal redirects; none
 * while nothing was found.  Without memory for it, reason and reading are not
 * known.
 */

typedef struct {
    ngx_http_citrix_guard_verdict_e  verdict;
    ngx_uint_t                       refused;   /* nothing more is sent */
    const char                      *reason;
    const cguard_rule_t             *rule;
    const cguard_rule_t             *by;
    ngx_http_citrix_guard_at_e       at;
    ngx_http_citrix_guard_in_e       in;
    ngx_uint_t                       mode;
    unsigned                         depth;
    size_t                           start;
    size_t                           end;
    ngx_str_t                        reading;   /* escaped */
} ngx_http_citrix_guard_mark_t;


#pragma GCC visibility push(hidden)


/* the mark of the client's request, NULL if nothing was found */

ngx_http_citrix_guard_mark_t *ngx_http_citrix_guard_mark(
    ngx_http_request_t *r);

/*
 * Keeps the finding in the mark and writes the log line, unless the mark has a
 * finding of the same or a stronger verdict.  Allocates the mark and the
 * reading from the request's pool; without memory a shared mark is used.
 */

void ngx_http_citrix_guard_record_finding(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/* the client is refused: from now on nothing is sent for this request */

void ngx_http_citrix_guard_mark_refused(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MARK_H_INCLUDED_ */
