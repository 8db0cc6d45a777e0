
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warnings of "nginx -t" about rules: patterns that an attacker can make work
 * hard, rules that refuse ordinary requests, rules that are in force nowhere,
 * and bodies of which HTTP/2 shows too little.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check_rules.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/rules/cguard_worst_case.h"
#include "cguard/rules/cguard_samples.h"
#include "cguard/rules/cguard_pattern.h"

#if (NGX_HTTP_V2)
#include <ngx_http_v2_module.h>
#endif

#include <time.h>


#define NGX_HTTP_CITRIX_GUARD_HOSTILE  8192   /* bytes of one input */
#define NGX_HTTP_CITRIX_GUARD_SLOW     10     /* milliseconds for one input */
#define NGX_HTTP_CITRIX_GUARD_TRIALS   5000   /* milliseconds for all rules */
#define NGX_HTTP_CITRIX_GUARD_WARNING     1024   /* length of a warning */


static void ngx_http_citrix_guard_mark_in_force(
    ngx_http_citrix_guard_main_conf_t *gmcf);
static void ngx_http_citrix_guard_check_rule(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_t *rule, cguard_matcher_t *m);
static void ngx_http_citrix_guard_try_rules(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf);
static ngx_uint_t ngx_http_citrix_guard_try_pattern(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_t *rule, const cguard_condition_t *c,
    cguard_matcher_t *m, u_char *buf);
static ngx_msec_t ngx_http_citrix_guard_cpu_time(void);
static void ngx_http_citrix_guard_rule_log(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_t *rule, const char *fmt, ...);

#if (NGX_HTTP_V2)
static void ngx_http_citrix_guard_check_preread(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf);
static ngx_uint_t ngx_http_citrix_guard_has_http2(ngx_conf_t *cf);
#endif


void
ngx_http_citrix_guard_check_rules(ngx_conf_t *cf)
{
    ngx_uint_t                          i;
    ngx_http_citrix_guard_rule_t      **rule;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (gmcf->rules.nelts == 0) {
        return;
    }

    ngx_http_citrix_guard_mark_in_force(gmcf);

    rule = gmcf->rules.elts;

    for (i = 0; i < gmcf->rules.nelts; i++) {
        ngx_http_citrix_guard_check_rule(cf, rule[i], gmcf->matcher);
    }

#if (NGX_HTTP_V2)

    ngx_http_citrix_guard_check_preread(cf, gmcf);

#endif

    /* this takes a while, and a reload should not have to wait */

    if (ngx_test_config) {
        ngx_http_citrix_guard_try_rules(cf, gmcf);
    }
}


/* marks the rules that are in force in some location */

static void
ngx_http_citrix_guard_mark_in_force(ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                          i, n;
    ngx_http_citrix_guard_location_t   *location;
    ngx_http_citrix_guard_rule_t      **rule;
    ngx_http_citrix_guard_rule_set_t   *last;
    ngx_http_citrix_guard_loc_conf_t   *glcf;

    last = NULL;
    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];

        if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF || glcf->set == NULL
            || glcf->set == last)
        {
            continue;
        }

        last = glcf->set;
        rule = last->rules->elts;

        for (n = 0; n < last->rules->nelts; n++) {
            rule[n]->in_force = 1;
        }
    }
}


static void
ngx_http_citrix_guard_check_rule(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_t *rule, cguard_matcher_t *m)
{
    const char  *request;

    if (!rule->in_force) {
        ngx_http_citrix_guard_rule_log(cf, rule, "has no effect: the guard "
                                       "is off there, or another rule has "
                                       "its ID");
        return;
    }

    if (rule->rule.action != CGUARD_RULE_BLOCK) {
        return;
    }

    request = cguard_sample_refused(&rule->rule, m);

    if (request) {
        ngx_http_citrix_guard_rule_log(cf, rule,
            "refuses ordinary requests, such as \"%s\": make it narrower, or "
            "let it \"detect\" first", request);
    }
}


static void
ngx_http_citrix_guard_try_rules(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    u_char                          buf[NGX_HTTP_CITRIX_GUARD_HOSTILE];
    ngx_uint_t                      i, n, interpreted;
    ngx_msec_t                      begin;
    ngx_http_citrix_guard_rule_t  **rule;
    const cguard_condition_t       *c;

    interpreted = 0;
    begin = ngx_http_citrix_guard_cpu_time();

    rule = gmcf->rules.elts;

    for (i = 0; i < gmcf->rules.nelts; i++) {

        if (ngx_http_citrix_guard_cpu_time() - begin
            > NGX_HTTP_CITRIX_GUARD_TRIALS)
        {
            ngx_http_citrix_guard_rule_log(cf, rule[i],
                "and %ui after it were not tested with hostile input: the "
                "rules before took %d seconds",
                gmcf->rules.nelts - i - 1,
                NGX_HTTP_CITRIX_GUARD_TRIALS / 1000);
            break;
        }

        for (n = 0; n < rule[i]->rule.n; n++) {
            c = &rule[i]->rule.condition[n];

            if (c->pattern.code == NULL) {
                continue;
            }

            interpreted |= !c->pattern.jit;

            if (ngx_http_citrix_guard_try_pattern(cf, rule[i], c,
                                                  gmcf->matcher, buf))
            {
                break;
            }
        }
    }

    if (interpreted) {
        ngx_log_error(NGX_LOG_NOTICE, cf->log, 0,
                      "citrix_guard: PCRE2 JIT is unavailable: rules work, "
                      "but cost more");
    }
}


/* returns 1 if it has warned */

static ngx_uint_t
ngx_http_citrix_guard_try_pattern(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_t *rule, const cguard_condition_t *c,
    cguard_matcher_t *m, u_char *buf)
{
    int         rc;
    unsigned    n;
    ngx_msec_t  begin, took;

    for (n = 0; cguard_worst_case(c->text.data, c->text.len, n, buf,
                               NGX_HTTP_CITRIX_GUARD_HOSTILE); n++)
    {
        begin = ngx_http_citrix_guard_cpu_time();

        rc = cguard_pattern_match(m, &c->pattern, buf,
                                  NGX_HTTP_CITRIX_GUARD_HOSTILE);

        took = ngx_http_citrix_guard_cpu_time() - begin;

        if (rc < 0) {
            ngx_http_citrix_guard_rule_log(cf, rule,
                "reaches a limit of PCRE2 (error %d) with hostile input, and "
                "then refuses any request: make the pattern \"%*s\" "
                "simpler", rc, c->text.len, c->text.data);
            return 1;
        }

        if (took > NGX_HTTP_CITRIX_GUARD_SLOW) {
            ngx_http_citrix_guard_rule_log(cf, rule,
                "takes %M ms for %d bytes of hostile input: make the pattern "
                "\"%*s\" simpler", took, NGX_HTTP_CITRIX_GUARD_HOSTILE,
                c->text.len, c->text.data);
            return 1;
        }
    }

    return 0;
}


/* milliseconds of this process; others may use the processor meanwhile */

static ngx_msec_t
ngx_http_citrix_guard_cpu_time(void)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts) == -1) {
        return 0;
    }

    return (ngx_msec_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}


static void
ngx_http_citrix_guard_rule_log(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_t *rule, const char *fmt, ...)
{
    u_char     text[NGX_HTTP_CITRIX_GUARD_WARNING];
    va_list    args;
    ngx_str_t  said;

    va_start(args, fmt);
    said.data = text;
    said.len = ngx_vslprintf(text, text + sizeof(text), fmt, args) - text;
    va_end(args);

    ngx_log_error(NGX_LOG_WARN, cf->log, 0, "citrix_guard: rule \"%*s\" "
                  "(%s:%ui) %V", rule->rule.id.len, rule->rule.id.data,
                  rule->file, rule->line, &said);
}


#if (NGX_HTTP_V2)

/* nothing after the preread buffer is seen before it is forwarded */

static void
ngx_http_citrix_guard_check_preread(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i, n;
    ngx_http_v2_srv_conf_t            *h2scf;
    ngx_http_core_srv_conf_t          *cscf;
    ngx_http_citrix_guard_rule_t     **rule;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    if (!ngx_http_citrix_guard_has_http2(cf)) {
        return;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        h2scf = location[i].srv_conf[ngx_http_v2_module.ctx_index];

        if (glcf->mode != NGX_HTTP_CITRIX_GUARD_ON || glcf->set == NULL) {
            continue;
        }

        rule = glcf->set->rules->elts;

        for (n = 0; n < glcf->set->rules->nelts; n++) {

            if (rule[n]->rule.body <= h2scf->preread_size
                || rule[n]->preread)
            {
                continue;
            }

            rule[n]->preread = 1;
            cscf = location[i].srv_conf[ngx_http_core_module.ctx_index];

            ngx_http_citrix_guard_rule_log(cf, rule[n],
                "examines %uz bytes of a body, but HTTP/2 provides only %uz "
                "in server \"%V\": raise \"http2_body_preread_size\"",
                rule[n]->rule.body, h2scf->preread_size, &cscf->server_name);
        }
    }
}


static ngx_uint_t
ngx_http_citrix_guard_has_http2(ngx_conf_t *cf)
{
    ngx_uint_t                  p, a;
    ngx_http_conf_port_t       *port;
    ngx_http_conf_addr_t       *addr;
    ngx_http_core_main_conf_t  *cmcf;

#if (nginx_version >= 1025001)

    ngx_uint_t                  s;
    ngx_http_v2_srv_conf_t     *h2scf;
    ngx_http_core_srv_conf_t  **server;

#endif

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    port = cmcf->ports ? cmcf->ports->elts : NULL;

    for (p = 0; port && p < cmcf->ports->nelts; p++) {

        addr = port[p].addrs.elts;

        for (a = 0; a < port[p].addrs.nelts; a++) {
            if (addr[a].opt.http2) {
                return 1;
            }
        }
    }

#if (nginx_version >= 1025001)

    server = cmcf->servers.elts;

    for (s = 0; s < cmcf->servers.nelts; s++) {
        h2scf = server[s]->ctx->srv_conf[ngx_http_v2_module.ctx_index];

        if (h2scf->enable) {
            return 1;
        }
    }

#endif

    return 0;
}

#endif
