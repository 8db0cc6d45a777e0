
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The egress check relies on the order of nginx's own calls, which a future
 * nginx may change.  So it is verified: a request that passes the check is
 * marked, and an upstream's answer to a request without the mark raises an
 * alert.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_hooks.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_mark.h"


/* the newest nginx with which "make matrix" has passed (docs/testing.md) */

#ifndef NGX_HTTP_CITRIX_GUARD_NEWEST
#define NGX_HTTP_CITRIX_GUARD_NEWEST      1030006
#endif

#define NGX_HTTP_CITRIX_GUARD_NEWEST_VER  "1.30.6"


static ngx_int_t ngx_http_citrix_guard_header_filter(ngx_http_request_t *r);
static ngx_http_citrix_guard_rare ngx_int_t ngx_http_citrix_guard_unchecked(
    ngx_http_request_t *r);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


ngx_uint_t  ngx_http_citrix_guard_hooks_lost;


void
ngx_http_citrix_guard_hooks_init(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_citrix_guard_header_filter;
}


void
ngx_http_citrix_guard_check_version(ngx_log_t *log)
{
#if (nginx_version > NGX_HTTP_CITRIX_GUARD_NEWEST)

    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "citrix_guard: nginx " NGINX_VERSION " is newer than "
                  NGX_HTTP_CITRIX_GUARD_NEWEST_VER ", the newest that the "
                  "guard was tested with: run its tests with this nginx "
                  "first, or update the guard");

#endif
}


void
ngx_http_citrix_guard_record_distrust(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_http_citrix_guard_finding_t  f;

    ngx_memzero(&f, sizeof(ngx_http_citrix_guard_finding_t));

    f.verdict = ngx_http_citrix_guard_blocked;
    f.reason = "unseen";
    f.at = ngx_http_citrix_guard_at_request;
    f.in = ngx_http_citrix_guard_in_target;
    f.judged = r->unparsed_uri;
    f.end = f.judged.len;

    ngx_http_citrix_guard_record_finding(r, glcf, &f);

    ngx_http_citrix_guard_set_refused(r);
}


static ngx_int_t
ngx_http_citrix_guard_header_filter(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u == NULL || ngx_http_citrix_guard_is_checked(u)) {
        return ngx_http_next_header_filter(r);
    }

    return ngx_http_citrix_guard_unchecked(r);
}


/* without a status there was no answer; a cached answer was not sent now */

static ngx_int_t
ngx_http_citrix_guard_unchecked(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (r->upstream->headers_in.status_n == 0
#if (NGX_HTTP_CACHE)
        || r->cached
#endif
        || glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF)
    {
        return ngx_http_next_header_filter(r);
    }

    if (glcf->mode != NGX_HTTP_CITRIX_GUARD_ON) {

        /* one alert is enough */

        ngx_http_citrix_guard_set_checked(r->upstream);

        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "citrix_guard: an upstream has answered a request that "
                      "has not passed the egress check: \"detect\" does not "
                      "judge what nginx builds here, and \"on\" would refuse it");
        return ngx_http_next_header_filter(r);
    }

    ngx_http_citrix_guard_hooks_lost = 1;

    ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                  "citrix_guard: an upstream has answered a request that has "
                  "not passed the egress check: from now on this worker "
                  "refuses all requests where citrix_guard is on");

    return NGX_ERROR;
}
