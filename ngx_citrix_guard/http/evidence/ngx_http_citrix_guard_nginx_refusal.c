
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Requests that nginx itself refuses before any phase: judged and recorded
 * when they are over.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_nginx_refusal.h"
#include "ngx_http_citrix_guard_mark.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/judge/ngx_http_citrix_guard_judge.h"


/*
 * nginx answers some requests before PREACCESS: a ".." above the root, "%00",
 * a broken escape.  They are evidence, too, unless something was sent to an
 * upstream: then nginx has not refused them.  If nginx could not parse the
 * target (unparsed_uri is empty), nothing of it was forwarded.  A variable may
 * call this before the LOG handler.
 */

void
ngx_http_citrix_guard_record_nginx_refusal(ngx_http_request_t *r)
{
    ngx_str_t                          target;
    ngx_http_citrix_guard_finding_t    f;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    if (r != r->main || ngx_http_citrix_guard_answered(r)) {
        return;
    }

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF
        || ngx_http_citrix_guard_mark(r))
    {
        return;
    }

    target = ngx_http_citrix_guard_client_target(r);

    if (!ngx_http_citrix_guard_judge_target(glcf, &target, &f)) {
        return;
    }

    f.at = ngx_http_citrix_guard_at_nginx;

    /* nginx has refused it: an exception does not change that */

    f.verdict = glcf->mode == NGX_HTTP_CITRIX_GUARD_ON
                ? ngx_http_citrix_guard_blocked
                : ngx_http_citrix_guard_detected;

    ngx_http_citrix_guard_record_finding(r, glcf, &f);
}
