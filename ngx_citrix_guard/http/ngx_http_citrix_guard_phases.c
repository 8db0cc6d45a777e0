
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The two phases.  PREACCESS refuses: it runs for every way in (named
 * locations, internal redirects and subrequests, too) and "satisfy any" does
 * not skip it.  LOG finds again what nginx refused before any phase.
 *
 * Behind PREACCESS a module that is not nginx's own may still change a header
 * that the guard has seen: then egress looks at all of them.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_phases.h"
#include "ngx_http_citrix_guard_refusal.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_mark.h"
#include "http/evidence/ngx_http_citrix_guard_nginx_refusal.h"
#include "http/evidence/ngx_http_citrix_guard_record.h"
#include "http/judge/ngx_http_citrix_guard_judge.h"
#include "http/judge/ngx_http_citrix_guard_judged.h"
#include "http/rules/ngx_http_citrix_guard_mode.h"
#include "http/rules/ngx_http_citrix_guard_rules.h"
#include "cguard/decision/cguard_target.h"


static ngx_int_t ngx_http_citrix_guard_preaccess_handler(ngx_http_request_t *r);
static ngx_inline ngx_uint_t ngx_http_citrix_guard_has_nsc(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_preaccess(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_int_t ngx_http_citrix_guard_log_handler(ngx_http_request_t *r);
static ngx_uint_t ngx_http_citrix_guard_has_foreign_handlers(
    ngx_cycle_t *cycle);


/* those with one handler from PREACCESS to PRECONTENT; none changes a header */

static const char  *ngx_http_citrix_guard_nginx_modules[] = {
    "ngx_http_citrix_guard_module",
    "ngx_http_realip_module",
    "ngx_http_limit_conn_module",
    "ngx_http_limit_req_module",
    "ngx_http_degradation_module",
    "ngx_http_access_module",
    "ngx_http_auth_basic_module",
    "ngx_http_auth_request_module",
    "ngx_http_mirror_module",
    "ngx_http_try_files_module",
    NULL
};


ngx_int_t
ngx_http_citrix_guard_phases_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_citrix_guard_preaccess_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_citrix_guard_log_handler;

    return NGX_OK;
}


/* comes when every module has added its handlers, in whatever order */

void
ngx_http_citrix_guard_phases_check_handlers(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    if (!ngx_http_citrix_guard_has_foreign_handlers(cycle)) {
        return;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {
        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
    }
}


static ngx_uint_t
ngx_http_citrix_guard_has_foreign_handlers(ngx_cycle_t *cycle)
{
    ngx_uint_t                  m, n, known, handlers;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    handlers = cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers.nelts
               + cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers.nelts
               + cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers.nelts;
    known = 0;

    for (m = 0; cycle->modules[m]; m++) {
        for (n = 0; ngx_http_citrix_guard_nginx_modules[n]; n++) {
            if (ngx_strcmp(cycle->modules[m]->name,
                           ngx_http_citrix_guard_nginx_modules[n])
                == 0)
            {
                known++;
            }
        }
    }

    return handlers > known;
}


static ngx_int_t
ngx_http_citrix_guard_preaccess_handler(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF) {
        return NGX_DECLINED;
    }

    ngx_http_set_ctx(r, &ngx_http_citrix_guard_judged_ctx,
                     ngx_http_citrix_guard_module);

    /* the usual case needs nothing else */

    if (r->valid_unparsed_uri
        && cguard_target(r->unparsed_uri.data, r->unparsed_uri.len,
                         glcf->policy, NULL)
           == CGUARD_PASS
        && glcf->set == NULL
        && !ngx_http_citrix_guard_has_nsc(r))
    {
        return NGX_DECLINED;
    }

    return ngx_http_citrix_guard_preaccess(r, glcf);
}


static ngx_inline ngx_uint_t
ngx_http_citrix_guard_has_nsc(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        /* NULL in HTTP/0.9 */

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_citrix_guard_maybe_nsc(&h[i].key)) {
                return 1;
            }
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_citrix_guard_preaccess(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_int_t                        rc;
    ngx_http_citrix_guard_finding_t  f, rule;

    f.verdict = ngx_http_citrix_guard_passed;

    if (ngx_http_citrix_guard_judge_request(r, glcf, &f)) {
        ngx_http_citrix_guard_apply_mode(r, glcf, &f);
    }

    if (glcf->set && f.verdict != ngx_http_citrix_guard_blocked) {

        rc = ngx_http_citrix_guard_judge_rules(r, glcf, &rule);

        if (rc != NGX_OK) {
            return rc;
        }

        if (rule.verdict > f.verdict) {
            f = rule;
        }
    }

    if (f.verdict == ngx_http_citrix_guard_passed) {
        return NGX_DECLINED;
    }

    ngx_http_citrix_guard_record_finding(r, glcf, &f);

    if (f.verdict != ngx_http_citrix_guard_blocked) {
        return NGX_DECLINED;
    }

    ngx_http_citrix_guard_set_refused(r);

    return ngx_http_citrix_guard_refuse(r, glcf);
}


static ngx_int_t
ngx_http_citrix_guard_log_handler(ngx_http_request_t *r)
{
    if (!ngx_http_citrix_guard_answered(r)) {
        ngx_http_citrix_guard_record_nginx_refusal(r);
    }

    ngx_http_citrix_guard_record_event(r);

    return NGX_OK;
}
