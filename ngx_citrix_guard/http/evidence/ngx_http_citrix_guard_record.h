
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The end of a request: counters and alerts.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Counts the request in the zone, and logs an alert if the ADC's answer says
 * that something got through.  Does nothing for subrequests.  Allocates
 * nothing, cannot fail.
 */

void ngx_http_citrix_guard_record_event(ngx_http_request_t *r);


#pragma GCC visibility pop


/*
 * The same for a request that has no mark: the one thing that a request costs
 * in the zone which is let pass.
 */

static ngx_inline void
ngx_http_citrix_guard_count_passed(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->counters && r == r->main && !glcf->monitor
        && glcf->mode != NGX_HTTP_CITRIX_GUARD_OFF)
    {
        atomic_fetch_add_explicit(&glcf->counters->counts.passed, 1,
                                  memory_order_relaxed);
    }
}


#endif /* _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_ */
