
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The mark of a client's request: its strictest finding.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MARK_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MARK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * How many requests of this process have a mark.  Nearly always none, so that
 * nobody has to look for one.
 */

extern ngx_uint_t  ngx_http_citrix_guard_nmarks;

/* looks for it; for ngx_http_citrix_guard_mark() only */

ngx_http_citrix_guard_mark_t *ngx_http_citrix_guard_find_mark(
    ngx_http_request_t *r);

/*
 * Stores a finding in the mark and logs it, unless the mark has one that is as
 * strict.  Allocates from the request's pool.  Cannot fail: without memory the
 * mark has the verdict, but no reason and no reading.
 */

void ngx_http_citrix_guard_record_finding(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/* the client is refused: nothing more is forwarded for this request */

void ngx_http_citrix_guard_set_refused(ngx_http_request_t *r);

/*
 * The answer of r->upstream is awaited even if the client goes.  Returns 0 if
 * the mark cannot store it.
 */

ngx_uint_t ngx_http_citrix_guard_set_awaited(ngx_http_request_t *r);


#pragma GCC visibility pop


/*
 * The mark, or NULL while nothing was found.  Subrequests and internal
 * redirects share it.
 */

static ngx_inline ngx_http_citrix_guard_mark_t *
ngx_http_citrix_guard_mark(ngx_http_request_t *r)
{
    return ngx_http_citrix_guard_nmarks ? ngx_http_citrix_guard_find_mark(r)
                                        : NULL;
}


#endif /* _NGX_HTTP_CITRIX_GUARD_MARK_H_INCLUDED_ */
