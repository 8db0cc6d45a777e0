
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules that exempt a request; evaluated only when something was found.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_exceptions.h"
#include "ngx_http_citrix_guard_rule_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/rules/cguard_rule.h"
#include "cguard/rules/cguard_rule_types.h"


static ngx_uint_t ngx_http_citrix_guard_exception_covers(
    const cguard_rule_t *rule, ngx_str_t *id, ngx_str_t *reason);
static ngx_uint_t ngx_http_citrix_guard_exception_names(
    const cguard_rule_t *rule, ngx_str_t *name);


/* the exception that applies to the finding, if any */

const cguard_rule_t *
ngx_http_citrix_guard_exception(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *id, ngx_str_t *reason)
{
    size_t                                i;
    cguard_rules_t                       *compiled;
    const cguard_rule_t                  *rule;
    ngx_http_citrix_guard_rule_request_t  l;
    ngx_http_citrix_guard_main_conf_t    *gmcf;

    if (!glcf->set->has_exceptions
        || ngx_http_citrix_guard_rule_request_init(r, NULL, &l) != NGX_OK)
    {
        return NULL;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);
    compiled = &glcf->set->compiled;

    for (i = 0; i < compiled->n; i++) {
        rule = compiled->rules[i];

        if (rule->action == CGUARD_RULE_PASS
            && ngx_http_citrix_guard_exception_covers(rule, id, reason)
            && cguard_rule_match(rule, &l.subject, gmcf->matcher) == 1)
        {
            return rule;
        }
    }

    return NULL;
}


/* "of=ID,..."; without it any rule, but none of the guard's own reasons */

static ngx_uint_t
ngx_http_citrix_guard_exception_covers(const cguard_rule_t *rule,
    ngx_str_t *id, ngx_str_t *reason)
{
    if (rule->scope.data == NULL) {
        return id->len != 0;
    }

    return ngx_http_citrix_guard_exception_names(rule, reason)
           || (id->len && ngx_http_citrix_guard_exception_names(rule, id));
}


static ngx_uint_t
ngx_http_citrix_guard_exception_names(const cguard_rule_t *rule,
    ngx_str_t *name)
{
    u_char  *p, *last, *comma;

    p = (u_char *) rule->scope.data;
    last = p + rule->scope.len;

    for ( ;; ) {
        comma = ngx_strlchr(p, last, ',');

        if ((size_t) ((comma ? comma : last) - p) == name->len
            && ngx_strncmp(p, name->data, name->len) == 0)
        {
            return 1;
        }

        if (comma == NULL) {
            return 0;
        }

        p = comma + 1;
    }
}
