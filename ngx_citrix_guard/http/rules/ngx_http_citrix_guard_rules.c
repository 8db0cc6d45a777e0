
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request by the rules in force: evaluates those that can match,
 * until one blocks.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_rules.h"
#include "ngx_http_citrix_guard_body.h"
#include "ngx_http_citrix_guard_body_filter.h"
#include "ngx_http_citrix_guard_mode.h"
#include "ngx_http_citrix_guard_rule_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_mark.h"
#include "cguard/rules/cguard_rule.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/rules/cguard_aho_corasick.h"


/* bytes of the body that rules examine, by the verdict of a match */

typedef struct {
    size_t                          to_block;
    size_t                          to_detect;
} ngx_http_citrix_guard_needs_t;


static ngx_int_t ngx_http_citrix_guard_judge_observed_body(
    ngx_http_request_t *r, ngx_http_citrix_guard_body_t *body);
static void ngx_http_citrix_guard_body_error(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_match_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_needs_t *needs, ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_match_rule(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_rule_request_t *l,
    const cguard_rule_t *rule, ngx_http_citrix_guard_needs_t *needs,
    ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_rule_error(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_rule_finding(
    ngx_http_citrix_guard_rule_request_t *l, const cguard_rule_t *rule,
    const char *reason, ngx_http_citrix_guard_finding_t *f);


ngx_int_t
ngx_http_citrix_guard_judge_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_int_t                       rc;
    ngx_uint_t                      can_block;
    ngx_http_citrix_guard_body_t    body;
    ngx_http_citrix_guard_needs_t   needs;

    ngx_http_citrix_guard_match_rules(r, glcf, NULL, &needs, f);

    if (f->verdict == ngx_http_citrix_guard_blocked) {
        return NGX_OK;
    }

    if (needs.to_block == 0 && needs.to_detect == 0) {
        return NGX_OK;
    }

    /* a body that was read before is examined at once */

    if (needs.to_block == 0 && ngx_http_citrix_guard_is_body_ahead(r)) {

        if (ngx_http_citrix_guard_observe_body(r, needs.to_detect,
                                      ngx_http_citrix_guard_judge_observed_body)
            != NGX_OK)
        {
            ngx_http_citrix_guard_body_error(r, glcf, f);
            f->verdict = ngx_http_citrix_guard_detected;
        }

        return NGX_OK;
    }

    can_block = (needs.to_block != 0);

    rc = ngx_http_citrix_guard_peek_body(r, ngx_max(needs.to_block,
                                                    needs.to_detect), &body);

    if (rc == NGX_OK) {
        ngx_http_citrix_guard_match_rules(r, glcf, &body, &needs, f);
        return NGX_OK;
    }

    if (rc != NGX_ERROR) {
        return rc;
    }

    ngx_http_citrix_guard_body_error(r, glcf, f);

    if (!can_block) {
        f->verdict = ngx_http_citrix_guard_detected;
    }

    return NGX_OK;
}


static void
ngx_http_citrix_guard_body_error(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "citrix_guard: the request's body could not be judged");

    ngx_http_citrix_guard_rule_error(r, glcf, f);
}


/* judges a body as it passes, where nothing would be refused */

static ngx_int_t
ngx_http_citrix_guard_judge_observed_body(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body)
{
    ngx_http_citrix_guard_needs_t      needs;
    ngx_http_citrix_guard_finding_t    f;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF || glcf->set == NULL) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_match_rules(r, glcf, body, &needs, &f);

    if (f.verdict == ngx_http_citrix_guard_passed) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_record_finding(r, glcf, &f);

    /* in a location other than the one that let it pass */

    return f.verdict == ngx_http_citrix_guard_blocked ? NGX_HTTP_FORBIDDEN
                                                      : NGX_OK;
}


/* evaluates all rules that can match, until one refuses */

static void
ngx_http_citrix_guard_match_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_needs_t *needs, ngx_http_citrix_guard_finding_t *f)
{
    size_t                            i, n;
    uint64_t                          word;
    cguard_rules_t                   *compiled;
    cguard_ac_hits_t                hits;
    ngx_http_citrix_guard_rule_request_t    l;
    ngx_http_citrix_guard_finding_t   found;

    ngx_memzero(needs, sizeof(ngx_http_citrix_guard_needs_t));

    f->verdict = ngx_http_citrix_guard_passed;

    if (ngx_http_citrix_guard_rule_request_init(r, body, &l) != NGX_OK) {
        ngx_http_citrix_guard_rule_error(r, glcf, f);
        return;
    }

    compiled = &glcf->set->compiled;

    cguard_rules_candidates(compiled, &l.subject, &hits);

    for (n = 0; n < compiled->n; n += 64) {

        word = hits.bits[n / 64];

        for (i = n; word; i++, word >>= 1) {

            if (!(word & 1)
                || !ngx_http_citrix_guard_match_rule(r, glcf, &l,
                                                     compiled->rules[i],
                                                     needs, &found))
            {
                continue;
            }

            if (found.verdict > f->verdict) {
                *f = found;
            }

            if (f->verdict == ngx_http_citrix_guard_blocked) {
                return;
            }
        }
    }
}


/* if the rule matches, returns 1 and sets the verdict */

static ngx_uint_t
ngx_http_citrix_guard_match_rule(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_rule_request_t *l,
    const cguard_rule_t *rule, ngx_http_citrix_guard_needs_t *needs,
    ngx_http_citrix_guard_finding_t *f)
{
    int                                 rc;
    size_t                             *need;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    if (rule->action == CGUARD_RULE_PASS) {
        return 0;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    rc = cguard_rule_match(rule, &l->subject, gmcf->matcher);

    if (rc == 0) {
        return 0;
    }

    if (rc < 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "citrix_guard: rule \"%*s\" could not be judged: "
                      "PCRE2 error %d",
                      rule->id.len, rule->id.data, rc);
    }

    ngx_http_citrix_guard_rule_finding(l, rule, rc < 0 ? "error" : "rule", f);
    ngx_http_citrix_guard_apply_mode(r, glcf, f);

    if (rc == CGUARD_RULE_NEED_BODY) {
        need = f->verdict == ngx_http_citrix_guard_blocked
               ? &needs->to_block : &needs->to_detect;

        *need = ngx_max(*need, rule->body);
        return 0;
    }

    return 1;
}


/* the request could not be judged */

static void
ngx_http_citrix_guard_rule_error(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_http_citrix_guard_rule_request_t  l;

    l.in = r->valid_unparsed_uri ? ngx_http_citrix_guard_in_target
                                 : ngx_http_citrix_guard_in_uri;
    l.target = r->valid_unparsed_uri ? r->unparsed_uri : r->uri;

    ngx_http_citrix_guard_rule_finding(&l, NULL, "error", f);
    ngx_http_citrix_guard_apply_mode(r, glcf, f);
}


static void
ngx_http_citrix_guard_rule_finding(ngx_http_citrix_guard_rule_request_t *l,
    const cguard_rule_t *rule, const char *reason,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_memzero(f, sizeof(ngx_http_citrix_guard_finding_t));

    f->reason = reason;
    f->rule = rule;
    f->at = ngx_http_citrix_guard_at_request;
    f->in = l->in;
    f->judged = l->target;
    f->end = l->target.len;

    /* other parts that a rule examines may hold secrets, and are not shown */

    if (rule && rule->condition[0].part > CGUARD_IN_RULE_TARGET) {
        f->in = rule->condition[0].part == CGUARD_IN_RULE_HEADER
                ? ngx_http_citrix_guard_in_header
                : ngx_http_citrix_guard_in_request;
    }
}
