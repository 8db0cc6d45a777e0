
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The two phases.
 *
 * PREACCESS refuses: it runs for named locations, internal redirects and
 * subrequests as well, and "satisfy any" does not skip it.  The guard is its
 * last handler, after limit_req, limit_conn and realip, and none of them can
 * bypass it.
 *
 * LOG records what nginx refused before any phase.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_hooks.h"
#include "ngx_http_citrix_guard_phases.h"
#include "ngx_http_citrix_guard_refusal.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_canary.h"
#include "http/evidence/ngx_http_citrix_guard_mark.h"
#include "http/evidence/ngx_http_citrix_guard_nginx_refusal.h"
#include "http/evidence/ngx_http_citrix_guard_record.h"
#include "http/judge/ngx_http_citrix_guard_judge.h"
#include "http/judge/ngx_http_citrix_guard_judged.h"
#include "http/judge/ngx_http_citrix_guard_plain.h"
#include "http/rules/ngx_http_citrix_guard_mode.h"
#include "http/rules/ngx_http_citrix_guard_rules.h"
#include "cguard/decision/cguard_prefilter.h"
#include "cguard/decision/cguard_target.h"


static ngx_inline ngx_uint_t ngx_http_citrix_guard_same_phase(
    ngx_http_phase_handler_t *one, ngx_http_phase_handler_t *two);
static ngx_int_t ngx_http_citrix_guard_checker(ngx_http_request_t *r,
    ngx_http_phase_handler_t *ph);
static ngx_http_citrix_guard_rare ngx_int_t
    ngx_http_citrix_guard_check_target(ngx_http_request_t *r,
    ngx_http_phase_handler_t *ph);
static ngx_http_citrix_guard_rare ngx_int_t
    ngx_http_citrix_guard_check_odd_target(ngx_http_request_t *r,
    ngx_http_phase_handler_t *ph);
static ngx_inline ngx_int_t ngx_http_citrix_guard_pass(ngx_http_request_t *r);
static ngx_inline ngx_uint_t ngx_http_citrix_guard_has_judged(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_preaccess_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_preaccess(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_int_t ngx_http_citrix_guard_log_handler(ngx_http_request_t *r);
static ngx_http_citrix_guard_rare void ngx_http_citrix_guard_log_unusual(
    ngx_http_request_t *r);


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

    return ngx_http_citrix_guard_canary_init(cf);
}


/*
 * nginx runs the handlers of a phase in the reverse order of their modules,
 * and a handler that returns NGX_OK skips those after it.  So ours moves to
 * the end of its phase, and whatever skips the rest of the phase now leads to
 * ours.
 */

ngx_int_t
ngx_http_citrix_guard_phases_order(ngx_cycle_t *cycle)
{
    ngx_uint_t                  i, n, last;
    ngx_http_phase_handler_t   *ph, ours;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    ph = cmcf->phase_engine.handlers;

    for (i = 0; ph[i].checker; i++) {
        if (ph[i].handler == ngx_http_citrix_guard_preaccess_handler) {
            break;
        }
    }

    if (ph[i].checker != ngx_http_core_generic_phase || ph[i].next <= i) {
        return NGX_DECLINED;
    }

    ours = ph[i];
    last = ours.next - 1;

    for (n = i; n <= last; n++) {
        if (!ngx_http_citrix_guard_same_phase(&ph[n], &ours)) {
            return NGX_DECLINED;
        }
    }

    ngx_memmove(&ph[i], &ph[i + 1],
                (last - i) * sizeof(ngx_http_phase_handler_t));

    ph[last] = ours;

    for (n = last; n && ngx_http_citrix_guard_same_phase(&ph[n - 1], &ours);
         n--)
    {
        ph[n - 1].next = last;
    }

    ph[last].checker = ngx_http_citrix_guard_checker;

    return NGX_OK;
}


static ngx_inline ngx_uint_t
ngx_http_citrix_guard_same_phase(ngx_http_phase_handler_t *one,
    ngx_http_phase_handler_t *two)
{
    return one->checker == two->checker && one->next == two->next;
}


/*
 * Stands where nginx would call the handler.  Most requests end here: their
 * target is all that the handler would look at, and it is clean.
 */

static ngx_int_t
ngx_http_citrix_guard_checker(ngx_http_request_t *r,
    ngx_http_phase_handler_t *ph)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (!glcf->target_only
        || !r->valid_unparsed_uri
        || r->upstream
        || ngx_http_citrix_guard_hooks_lost
        || ngx_http_citrix_guard_has_judged(r))
    {
        return ngx_http_core_generic_phase(r, ph);
    }

    if (!ngx_http_citrix_guard_is_plain(r)) {
        return ngx_http_citrix_guard_check_target(r, ph);
    }

    return ngx_http_citrix_guard_pass(r);
}


static ngx_int_t
ngx_http_citrix_guard_check_target(ngx_http_request_t *r,
    ngx_http_phase_handler_t *ph)
{
    if (!cguard_prefilter(r->unparsed_uri.data, r->unparsed_uri.len)) {
        return ngx_http_citrix_guard_check_odd_target(r, ph);
    }

    return ngx_http_citrix_guard_pass(r);
}


static ngx_int_t
ngx_http_citrix_guard_check_odd_target(ngx_http_request_t *r,
    ngx_http_phase_handler_t *ph)
{
    cguard_result_t                    res;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    /* with a result: without one the core would ask its prefilter again */

    if (cguard_target(r->unparsed_uri.data, r->unparsed_uri.len, glcf->policy,
                      &res)
        != CGUARD_PASS)
    {
        return ngx_http_core_generic_phase(r, ph);
    }

    return ngx_http_citrix_guard_pass(r);
}


/* as if the handler had declined */

static ngx_inline ngx_int_t
ngx_http_citrix_guard_pass(ngx_http_request_t *r)
{
    ngx_http_set_ctx(r, &ngx_http_citrix_guard_judged_ctx,
                     ngx_http_citrix_guard_module);

    r->phase_handler++;

    return NGX_AGAIN;
}


static ngx_inline ngx_uint_t
ngx_http_citrix_guard_has_judged(ngx_http_request_t *r)
{
    ngx_uint_t        n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        /* NULL in HTTP/0.9 */

        h = part->elts;

        for (n = part->nelts; n; n--, h++) {
            if (ngx_http_citrix_guard_maybe_judged(&h->key)) {
                return 1;
            }
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_citrix_guard_preaccess_handler(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF) {
        return NGX_DECLINED;
    }

    ngx_http_set_ctx(r, r->valid_unparsed_uri
                        ? &ngx_http_citrix_guard_judged_ctx : NULL,
                     ngx_http_citrix_guard_module);

    /* after a redirect: the answer so far came from another location */

    if (r->upstream) {
        ngx_http_citrix_guard_set_checked(r->upstream);
    }

    if (ngx_http_citrix_guard_must_distrust(glcf)) {
        ngx_http_citrix_guard_record_distrust(r, glcf);

        return ngx_http_citrix_guard_refuse(r, glcf);
    }

    return ngx_http_citrix_guard_preaccess(r, glcf);
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
    if (ngx_http_citrix_guard_nmarks || !ngx_http_citrix_guard_answered(r)) {
        ngx_http_citrix_guard_log_unusual(r);

    } else {
        ngx_http_citrix_guard_count_passed(r);
    }

    return NGX_OK;
}


static void
ngx_http_citrix_guard_log_unusual(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_record_nginx_refusal(r);
    ngx_http_citrix_guard_record_event(r);
}
