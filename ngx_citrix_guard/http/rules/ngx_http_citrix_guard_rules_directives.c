
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directives of rules, and which rules are in force where.  A level
 * inherits the rules around it, replaces those whose ID it uses again, and
 * appends its own.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_rules_directives.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_zone.h"
#include "cguard/rules/cguard_rule.h"
#include "cguard/rules/cguard_rule_parse.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/rules/cguard_pattern.h"
#include "cguard/rules/cguard_aho_corasick.h"


static ngx_int_t ngx_http_citrix_guard_add_rule(ngx_array_t *rules,
    ngx_http_citrix_guard_rule_t *rule);
static ngx_array_t *ngx_http_citrix_guard_rules_of(ngx_conf_t *cf,
    ngx_array_t *around, ngx_array_t *own);
static ngx_int_t ngx_http_citrix_guard_append(ngx_array_t *array,
    ngx_array_t *more);
static ngx_int_t ngx_http_citrix_guard_build_set(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_set_t *around,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_int_t ngx_http_citrix_guard_check_names(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_set_t *set);
static ngx_int_t ngx_http_citrix_guard_check_name(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_set_t *set, ngx_str_t *name,
    const char *directive);
static ngx_uint_t ngx_http_citrix_guard_is_reason(ngx_str_t *name);
static ngx_http_citrix_guard_rule_t **ngx_http_citrix_guard_find_rule(
    ngx_array_t *rules, const char *id, size_t len);
static ngx_int_t ngx_http_citrix_guard_create_matcher(ngx_conf_t *cf);
static void *ngx_http_citrix_guard_rule_alloc(void *data, size_t size);
static void ngx_http_citrix_guard_rule_cleanup(void *data);
static void ngx_http_citrix_guard_matcher_cleanup(void *data);


char *
ngx_http_citrix_guard_set_rule(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf = conf;

    char                                error[CGUARD_RULE_ERROR];
    ngx_str_t                          *value;
    ngx_uint_t                          i;
    cguard_word_t                      *word;
    ngx_pool_cleanup_t                 *cln;
    ngx_http_citrix_guard_rule_t       *rule, **p;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    value = cf->args->elts;

    if (ngx_http_citrix_guard_is_reason(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid rule ID \"%V\", it is the name of a "
                           "reason", &value[1]);
        return NGX_CONF_ERROR;
    }

    word = ngx_palloc(cf->pool, cf->args->nelts * sizeof(cguard_word_t));
    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_http_citrix_guard_rule_t));

    if (word == NULL || cln == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        word[i - 1].data = (char *) value[i].data;
        word[i - 1].len = value[i].len;
    }

    rule = cln->data;
    ngx_memzero(rule, sizeof(ngx_http_citrix_guard_rule_t));

    if (cguard_rule_parse(&rule->rule, word, cf->args->nelts - 1, error)
        == -1)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in \"citrix_guard_rule\" directive", error);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_citrix_guard_rule_cleanup;

    rule->file = cf->conf_file->file.name.data;
    rule->line = cf->conf_file->line;

    if (glcf->rules == NULL) {
        glcf->rules = ngx_array_create(cf->pool, 4,
                                       sizeof(ngx_http_citrix_guard_rule_t *));
        if (glcf->rules == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    p = ngx_http_citrix_guard_find_rule(glcf->rules, rule->rule.id.data,
                                        rule->rule.id.len);
    if (p) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "rule \"%V\" is already defined in %s:%ui",
                           &value[1], (*p)->file, (*p)->line);
        return NGX_CONF_ERROR;
    }

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (ngx_http_citrix_guard_add_rule(glcf->rules, rule) != NGX_OK
        || ngx_http_citrix_guard_add_rule(&gmcf->rules, rule) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    gmcf->rules_need_body |= rule->rule.body != 0;

    return ngx_http_citrix_guard_create_matcher(cf) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_citrix_guard_add_rule(ngx_array_t *rules,
    ngx_http_citrix_guard_rule_t *rule)
{
    ngx_http_citrix_guard_rule_t  **p;

    p = ngx_array_push(rules);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *p = rule;

    return NGX_OK;
}


char *
ngx_http_citrix_guard_set_exempt(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf = conf;

    ngx_str_t   *value, *name;
    ngx_uint_t   i;

    value = cf->args->elts;

    if (glcf->exempt == NULL) {
        glcf->exempt = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (glcf->exempt == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {
        name = ngx_array_push(glcf->exempt);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_citrix_guard_set_detect_for(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf = conf;

    ngx_int_t    rc;
    ngx_str_t   *value;
    ngx_cidr_t  *cidr;
    ngx_uint_t   i;

    value = cf->args->elts;

    if (glcf->detect_for == NGX_CONF_UNSET_PTR) {
        glcf->detect_for = ngx_array_create(cf->pool, 4, sizeof(ngx_cidr_t));
        if (glcf->detect_for == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {
        cidr = ngx_array_push(glcf->detect_for);
        if (cidr == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_memzero(cidr, sizeof(ngx_cidr_t));

#if (NGX_HAVE_UNIX_DOMAIN)
        if (ngx_strcmp(value[i].data, "unix:") == 0) {
            cidr->family = AF_UNIX;
            continue;
        }
#endif

        rc = ngx_ptocidr(&value[i], cidr);

        if (rc == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid address \"%V\" in "
                               "\"citrix_guard_detect_for\" directive, it "
                               "must be an address or a CIDR block",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        if (rc == NGX_DONE) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "low address bits of %V are meaningless",
                               &value[i]);
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_citrix_guard_merge_rules(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *prev,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    /* nobody merges the outermost level, so its first child builds its set */

    if (prev->set == NULL && (prev->rules || prev->exempt)
        && ngx_http_citrix_guard_build_set(cf, NULL, prev) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (glcf->rules == NULL && glcf->exempt == NULL) {
        glcf->set = prev->set;
        return NGX_CONF_OK;
    }

    return ngx_http_citrix_guard_build_set(cf, prev->set, glcf) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_citrix_guard_build_set(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_set_t *around,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_uint_t                         i;
    const cguard_rule_t              **rules;
    ngx_http_citrix_guard_rule_set_t  *set;
    ngx_http_citrix_guard_rule_t     **rule;

    set = ngx_pcalloc(cf->pool, sizeof(ngx_http_citrix_guard_rule_set_t));
    if (set == NULL) {
        return NGX_ERROR;
    }

    set->rules = ngx_http_citrix_guard_rules_of(cf,
                     around ? around->rules : NULL, glcf->rules);

    set->exempt = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));

    if (set->rules == NULL || set->exempt == NULL
        || ngx_http_citrix_guard_append(set->exempt,
                                        around ? around->exempt : NULL)
           != NGX_OK
        || ngx_http_citrix_guard_append(set->exempt, glcf->exempt) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (set->rules->nelts > CGUARD_AC_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too many rules in force at one level, at most %d",
                           CGUARD_AC_MAX);
        return NGX_ERROR;
    }

    rules = ngx_palloc(cf->pool, (set->rules->nelts + 1)
                                 * sizeof(cguard_rule_t *));
    if (rules == NULL) {
        return NGX_ERROR;
    }

    rule = set->rules->elts;

    for (i = 0; i < set->rules->nelts; i++) {
        rules[i] = &rule[i]->rule;
        set->has_exceptions |= rules[i]->action == CGUARD_RULE_PASS;
    }

    glcf->set = set;

    if (ngx_http_citrix_guard_check_names(cf, set) != NGX_OK) {
        return NGX_ERROR;
    }

    return cguard_rules_build(&set->compiled, rules, set->rules->nelts,
                              ngx_http_citrix_guard_rule_alloc, cf->pool)
           == 0 ? NGX_OK : NGX_ERROR;
}


/* the rules of the outer level, except replaced ones; then its own */

static ngx_array_t *
ngx_http_citrix_guard_rules_of(ngx_conf_t *cf, ngx_array_t *around,
    ngx_array_t *own)
{
    ngx_uint_t                      i;
    ngx_array_t                    *all;
    ngx_http_citrix_guard_rule_t  **rule, **p;

    all = ngx_array_create(cf->pool, 4,
                           sizeof(ngx_http_citrix_guard_rule_t *));
    if (all == NULL) {
        return NULL;
    }

    rule = around ? around->elts : NULL;

    for (i = 0; around && i < around->nelts; i++) {

        if (own && ngx_http_citrix_guard_find_rule(own, rule[i]->rule.id.data,
                                                   rule[i]->rule.id.len))
        {
            continue;
        }

        p = ngx_array_push(all);
        if (p == NULL) {
            return NULL;
        }

        *p = rule[i];
    }

    return ngx_http_citrix_guard_append(all, own) == NGX_OK ? all : NULL;
}


static ngx_int_t
ngx_http_citrix_guard_append(ngx_array_t *array, ngx_array_t *more)
{
    void  *p;

    if (more == NULL || more->nelts == 0) {
        return NGX_OK;
    }

    p = ngx_array_push_n(array, more->nelts);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, more->elts, more->nelts * more->size);

    return NGX_OK;
}


/* names in "citrix_guard_exempt" and "of=" must exist */

static ngx_int_t
ngx_http_citrix_guard_check_names(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_set_t *set)
{
    u_char                         *p, *last, *comma;
    ngx_str_t                      *exempt, name;
    ngx_uint_t                      i;
    const cguard_word_t            *scope;
    ngx_http_citrix_guard_rule_t  **rule;

    exempt = set->exempt->elts;

    for (i = 0; i < set->exempt->nelts; i++) {
        if (ngx_http_citrix_guard_check_name(cf, set, &exempt[i],
                                             "citrix_guard_exempt")
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    rule = set->rules->elts;

    for (i = 0; i < set->rules->nelts; i++) {

        scope = &rule[i]->rule.scope;

        if (scope->data == NULL) {
            continue;
        }

        p = (u_char *) scope->data;
        last = p + scope->len;

        for ( ;; ) {
            comma = ngx_strlchr(p, last, ',');

            name.data = p;
            name.len = (comma ? comma : last) - p;

            if (ngx_http_citrix_guard_check_name(cf, set, &name,
                                                 "citrix_guard_rule")
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            if (comma == NULL) {
                break;
            }

            p = comma + 1;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_check_name(ngx_conf_t *cf,
    ngx_http_citrix_guard_rule_set_t *set, ngx_str_t *name,
    const char *directive)
{
    if (ngx_http_citrix_guard_is_reason(name)
        || ngx_http_citrix_guard_find_rule(set->rules, (char *) name->data,
                                           name->len))
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown \"%V\" in \"%s\" directive, it must be the "
                       "ID of a rule in force there, or a reason", name,
                       directive);

    return NGX_ERROR;
}


/* a rule cannot have this name, because citrix_guard_exempt accepts both */

static ngx_uint_t
ngx_http_citrix_guard_is_reason(ngx_str_t *name)
{
    ngx_uint_t   i;
    const char  *reason;

    /* the first reason belongs to events about which nothing is known */

    for (i = 1; (reason = ngx_http_citrix_guard_reason_name(i)); i++) {
        if (ngx_strlen(reason) == name->len
            && ngx_strncmp(reason, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_http_citrix_guard_rule_t **
ngx_http_citrix_guard_find_rule(ngx_array_t *rules, const char *id,
    size_t len)
{
    ngx_uint_t                      i;
    ngx_http_citrix_guard_rule_t  **rule;

    rule = rules->elts;

    for (i = 0; i < rules->nelts; i++) {
        if (rule[i]->rule.id.len == len
            && ngx_strncmp(rule[i]->rule.id.data, id, len) == 0)
        {
            return &rule[i];
        }
    }

    return NULL;
}


static ngx_int_t
ngx_http_citrix_guard_create_matcher(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t                 *cln;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (gmcf->matcher) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    gmcf->matcher = cguard_matcher_create();
    if (gmcf->matcher == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_citrix_guard_matcher_cleanup;
    cln->data = gmcf->matcher;

    return NGX_OK;
}


static void *
ngx_http_citrix_guard_rule_alloc(void *data, size_t size)
{
    return ngx_palloc(data, size);
}


static void
ngx_http_citrix_guard_rule_cleanup(void *data)
{
    ngx_http_citrix_guard_rule_t  *rule = data;

    cguard_rule_free(&rule->rule);
}


static void
ngx_http_citrix_guard_matcher_cleanup(void *data)
{
    cguard_matcher_free(data);
}
