
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The variables: what was found in a request, for access_log and other
 * directives.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_variables.h"
#include "ngx_http_citrix_guard_canary.h"
#include "ngx_http_citrix_guard_cef.h"
#include "ngx_http_citrix_guard_event.h"
#include "ngx_http_citrix_guard_mark.h"
#include "ngx_http_citrix_guard_nginx_refusal.h"
#include "ngx_http_citrix_guard_outcome.h"
#include "http/base/ngx_http_citrix_guard_names.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"


/* an event in some format */

typedef ngx_str_t (*ngx_http_citrix_guard_format_pt)(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);


static ngx_int_t ngx_http_citrix_guard_verdict_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_reason_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_rule_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_reading_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_outcome_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_canary_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_event_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_http_citrix_guard_rare ngx_int_t ngx_http_citrix_guard_set_event(
    ngx_http_request_t *r, ngx_http_variable_value_t *v,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_format_pt form);
static ngx_inline ngx_http_citrix_guard_mark_t *
    ngx_http_citrix_guard_variable_mark(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_set_variable(
    ngx_http_variable_value_t *v, const char *data, size_t len);


static ngx_http_variable_t  ngx_http_citrix_guard_vars[] = {

    { ngx_string("citrix_guard_verdict"), NULL,
      ngx_http_citrix_guard_verdict_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_reason"), NULL,
      ngx_http_citrix_guard_reason_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_rule"), NULL,
      ngx_http_citrix_guard_rule_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_reading"), NULL,
      ngx_http_citrix_guard_reading_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_outcome"), NULL,
      ngx_http_citrix_guard_outcome_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_canary"), NULL,
      ngx_http_citrix_guard_canary_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_event"), NULL,
      ngx_http_citrix_guard_event_variable,
      (uintptr_t) ngx_http_citrix_guard_event_json,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_cef"), NULL,
      ngx_http_citrix_guard_event_variable,
      (uintptr_t) ngx_http_citrix_guard_event_cef,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_citrix_guard_add_variables(ngx_conf_t *cf)
{
    ngx_str_t                           name;
    ngx_http_variable_t                *var, *v;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    for (v = ngx_http_citrix_guard_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    ngx_str_set(&name, "request_id");

    gmcf->request_id = ngx_http_get_variable_index(cf, &name);

    return gmcf->request_id == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_verdict_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char                        *name;
    ngx_http_citrix_guard_mark_t      *mark;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    mark = ngx_http_citrix_guard_variable_mark(r);

    if (mark) {
        name = ngx_http_citrix_guard_verdict_name(mark->verdict);
        return ngx_http_citrix_guard_set_variable(v, name, ngx_strlen(name));
    }

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    return ngx_http_citrix_guard_set_variable(v, "pass",
                               glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF ? 0
                                                                       : 4);
}


static ngx_int_t
ngx_http_citrix_guard_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_variable_mark(r);

    if (mark == NULL) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    return ngx_http_citrix_guard_set_variable(v, mark->reason,
                                              ngx_strlen(mark->reason));
}


static ngx_int_t
ngx_http_citrix_guard_rule_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_variable_mark(r);

    if (mark == NULL || mark->rule == NULL) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    return ngx_http_citrix_guard_set_variable(v, mark->rule->id.data,
                                              mark->rule->id.len);
}


static ngx_int_t
ngx_http_citrix_guard_reading_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_variable_mark(r);

    if (mark == NULL) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    return ngx_http_citrix_guard_set_variable(v, (char *) mark->reading.data,
                                              mark->reading.len);
}


static ngx_int_t
ngx_http_citrix_guard_outcome_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char                    *name;
    ngx_http_request_t            *answered;
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_variable_mark(r);

    if (mark == NULL) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    name = ngx_http_citrix_guard_outcome_name(
                   ngx_http_citrix_guard_outcome(r->main, mark, &answered));

    return ngx_http_citrix_guard_set_variable(v, name, ngx_strlen(name));
}


/* also empty if nothing was found */

static ngx_int_t
ngx_http_citrix_guard_canary_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                        target;
    ngx_http_citrix_guard_canary_t  *canary;

    if (ngx_http_citrix_guard_variable_mark(r) == NULL) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    target = ngx_http_citrix_guard_client_target(r);
    canary = ngx_http_citrix_guard_canary(r, &target);

    if (canary == NULL) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    return ngx_http_citrix_guard_set_variable(v, (char *) canary->name.data,
                                              canary->name.len);
}


static ngx_int_t
ngx_http_citrix_guard_event_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_variable_mark(r);

    /* logs of subrequests would repeat it */

    if (mark == NULL || r != r->main) {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    return ngx_http_citrix_guard_set_event(r, v, mark,
                                     (ngx_http_citrix_guard_format_pt) data);
}


static ngx_int_t
ngx_http_citrix_guard_set_event(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, ngx_http_citrix_guard_mark_t *mark,
    ngx_http_citrix_guard_format_pt form)
{
    ngx_str_t                      text;
    ngx_http_citrix_guard_event_t  e;

    ngx_http_citrix_guard_build_event(r, mark, &e);

    /* an event that raises an alert is never left out */

    if (mark->left_out && e.outcome < ngx_http_citrix_guard_outcome_unknown)
    {
        return ngx_http_citrix_guard_set_variable(v, "", 0);
    }

    text = form(r, &e);

    if (text.len == 0) {
        mark->lost = 1;
    }

    return ngx_http_citrix_guard_set_variable(v, (char *) text.data, text.len);
}


static ngx_inline ngx_http_citrix_guard_mark_t *
ngx_http_citrix_guard_variable_mark(ngx_http_request_t *r)
{
    /* access_log may run before our handler of the same phase */

    if (!ngx_http_citrix_guard_answered(r)) {
        ngx_http_citrix_guard_record_nginx_refusal(r);
    }

    return ngx_http_citrix_guard_mark(r);
}


static ngx_int_t
ngx_http_citrix_guard_set_variable(ngx_http_variable_value_t *v,
    const char *data, size_t len)
{
    v->len = len;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;
    v->data = (u_char *) data;

    return NGX_OK;
}
