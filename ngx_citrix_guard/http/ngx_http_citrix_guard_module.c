
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The http module: its directives and configuration.
 *
 * To get to know the code, continue with ngx_http_citrix_guard_phases.c, where
 * requests are refused, and cguard/decision/cguard_target.h, which decides.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_egress.h"
#include "ngx_http_citrix_guard_hooks.h"
#include "ngx_http_citrix_guard_phases.h"
#include "ngx_http_citrix_guard_self_test.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/check/ngx_http_citrix_guard_check.h"
#include "http/check/ngx_http_citrix_guard_check_mode.h"
#include "http/check/ngx_http_citrix_guard_check_modules.h"
#include "http/check/ngx_http_citrix_guard_check_rules.h"
#include "http/check/ngx_http_citrix_guard_check_stream.h"
#include "http/evidence/ngx_http_citrix_guard_canary.h"
#include "http/evidence/ngx_http_citrix_guard_log_rate.h"
#include "http/evidence/ngx_http_citrix_guard_lost.h"
#include "http/evidence/ngx_http_citrix_guard_open.h"
#include "http/evidence/ngx_http_citrix_guard_state.h"
#include "http/evidence/ngx_http_citrix_guard_upgrade.h"
#include "http/evidence/ngx_http_citrix_guard_variables.h"
#include "http/evidence/ngx_http_citrix_guard_zone.h"
#include "http/monitor/ngx_http_citrix_guard_monitor.h"
#include "http/monitor/ngx_http_citrix_guard_monitor_ack.h"
#include "http/rules/ngx_http_citrix_guard_body_filter.h"
#include "http/rules/ngx_http_citrix_guard_rule_request.h"
#include "http/rules/ngx_http_citrix_guard_rules_directives.h"
#include "cguard/decision/cguard_target.h"


/* the values of a directive, and the message about any other value */

typedef struct {
    ngx_conf_enum_t                *values;
    const char                     *expected;
} ngx_http_citrix_guard_enum_t;


static void *ngx_http_citrix_guard_create_main_conf(ngx_conf_t *cf);
static void *ngx_http_citrix_guard_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_citrix_guard_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static ngx_int_t ngx_http_citrix_guard_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_citrix_guard_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_citrix_guard_init_process(ngx_cycle_t *cycle);
static void ngx_http_citrix_guard_end_process(ngx_cycle_t *cycle);
static void ngx_http_citrix_guard_end_master(ngx_cycle_t *cycle);
static char *ngx_http_citrix_guard_set_enum(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_citrix_guard_set_status(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);


static ngx_conf_enum_t  ngx_http_citrix_guard_modes[] = {
    { ngx_string("on"), NGX_HTTP_CITRIX_GUARD_ON },
    { ngx_string("detect"), NGX_HTTP_CITRIX_GUARD_DETECT },
    { ngx_string("off"), NGX_HTTP_CITRIX_GUARD_OFF },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_citrix_guard_switch[] = {
    { ngx_string("on"), 1 },
    { ngx_string("off"), 0 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_citrix_guard_traversals[] = {
    { ngx_string("vpns"), 0 },
    { ngx_string("any"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_citrix_guard_log_levels[] = {
    { ngx_string("info"), NGX_LOG_INFO },
    { ngx_string("notice"), NGX_LOG_NOTICE },
    { ngx_string("warn"), NGX_LOG_WARN },
    { ngx_string("error"), NGX_LOG_ERR },
    { ngx_null_string, 0 }
};


static ngx_http_citrix_guard_enum_t  ngx_http_citrix_guard_mode_enum = {
    ngx_http_citrix_guard_modes, "\"on\", \"detect\" or \"off\""
};


static ngx_http_citrix_guard_enum_t  ngx_http_citrix_guard_switch_enum = {
    ngx_http_citrix_guard_switch, "\"on\" or \"off\""
};


static ngx_http_citrix_guard_enum_t  ngx_http_citrix_guard_traversal_enum = {
    ngx_http_citrix_guard_traversals, "\"vpns\" or \"any\""
};


static ngx_http_citrix_guard_enum_t  ngx_http_citrix_guard_log_level_enum = {
    ngx_http_citrix_guard_log_levels,
    "\"info\", \"notice\", \"warn\" or \"error\""
};


static ngx_command_t  ngx_http_citrix_guard_commands[] = {

    { ngx_string("citrix_guard"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_citrix_guard_loc_conf_t, mode),
      &ngx_http_citrix_guard_mode_enum },

    { ngx_string("citrix_guard_sslvpn"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_citrix_guard_loc_conf_t, sslvpn),
      &ngx_http_citrix_guard_switch_enum },

    { ngx_string("citrix_guard_traversal"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_citrix_guard_loc_conf_t, traversal),
      &ngx_http_citrix_guard_traversal_enum },

    { ngx_string("citrix_guard_status"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_citrix_guard_loc_conf_t, status),
      NULL },

    { ngx_string("citrix_guard_log_level"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_citrix_guard_loc_conf_t, log_level),
      &ngx_http_citrix_guard_log_level_enum },

    { ngx_string("citrix_guard_pinning"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_citrix_guard_loc_conf_t, pinning),
      &ngx_http_citrix_guard_switch_enum },

    { ngx_string("citrix_guard_log_rate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_log_rate,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_rule"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_citrix_guard_set_rule,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_exempt"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_citrix_guard_set_exempt,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_detect_for"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_citrix_guard_set_detect_for,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_http_citrix_guard_set_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_state"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_state,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_canary"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_http_citrix_guard_set_canary,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_monitor"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_citrix_guard_set_monitor,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_monitor_ack"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_citrix_guard_set_monitor_ack,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_citrix_guard_module_ctx = {
    ngx_http_citrix_guard_add_variables,   /* preconfiguration */
    ngx_http_citrix_guard_init,            /* postconfiguration */

    ngx_http_citrix_guard_create_main_conf, /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_citrix_guard_create_loc_conf, /* create location configuration */
    ngx_http_citrix_guard_merge_loc_conf   /* merge location configuration */
};


ngx_module_t  ngx_http_citrix_guard_module = {
    NGX_MODULE_V1,
    &ngx_http_citrix_guard_module_ctx,     /* module context */
    ngx_http_citrix_guard_commands,        /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_citrix_guard_init_module,     /* init module */
    ngx_http_citrix_guard_init_process,    /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_citrix_guard_end_process,     /* exit process */
    ngx_http_citrix_guard_end_master,      /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_citrix_guard_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_citrix_guard_main_conf_t));
    if (gmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&gmcf->locations, cf->pool, 16,
                       sizeof(ngx_http_citrix_guard_location_t))
        != NGX_OK
        || ngx_array_init(&gmcf->rules, cf->pool, 4,
                          sizeof(ngx_http_citrix_guard_rule_t *))
           != NGX_OK
        || ngx_array_init(&gmcf->canaries, cf->pool, 2,
                          sizeof(ngx_http_citrix_guard_canary_t))
           != NGX_OK)
    {
        return NULL;
    }

    return gmcf;
}


static void *
ngx_http_citrix_guard_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_citrix_guard_loc_conf_t));
    if (glcf == NULL) {
        return NULL;
    }

    glcf->mode = NGX_CONF_UNSET_UINT;
    glcf->sslvpn = NGX_CONF_UNSET_UINT;
    glcf->traversal = NGX_CONF_UNSET_UINT;
    glcf->status = NGX_CONF_UNSET_UINT;
    glcf->log_level = NGX_CONF_UNSET_UINT;
    glcf->pinning = NGX_CONF_UNSET_UINT;
    glcf->detect_for = NGX_CONF_UNSET_PTR;

    return glcf;
}


static char *
ngx_http_citrix_guard_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_citrix_guard_loc_conf_t  *prev = parent;
    ngx_http_citrix_guard_loc_conf_t  *glcf = child;

    ngx_http_conf_ctx_t                *ctx;
    ngx_http_citrix_guard_location_t   *location;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    ngx_conf_merge_uint_value(glcf->mode, prev->mode,
                              NGX_HTTP_CITRIX_GUARD_OFF);
    ngx_conf_merge_uint_value(glcf->sslvpn, prev->sslvpn, 1);
    ngx_conf_merge_uint_value(glcf->traversal, prev->traversal, 0);
    ngx_conf_merge_uint_value(glcf->status, prev->status,
                              NGX_HTTP_FORBIDDEN);
    ngx_conf_merge_uint_value(glcf->log_level, prev->log_level,
                              NGX_LOG_WARN);
    ngx_conf_merge_uint_value(glcf->pinning, prev->pinning, 0);

    ngx_conf_merge_ptr_value(glcf->detect_for, prev->detect_for, NULL);

    glcf->policy = (glcf->sslvpn ? 0 : CGUARD_NO_SSLVPN)
                   | (glcf->traversal ? CGUARD_ANY_PARENT : 0);

    if (ngx_http_citrix_guard_merge_rules(cf, prev, glcf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    glcf->target_only = glcf->mode != NGX_HTTP_CITRIX_GUARD_OFF
                        && glcf->set == NULL && glcf->sslvpn;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (glcf->mode != NGX_HTTP_CITRIX_GUARD_OFF) {
        gmcf->active = 1;
    }

    if (glcf->pinning) {
        gmcf->pinning = 1;
    }

    /* egress and checks follow after merging */

    location = ngx_array_push(&gmcf->locations);
    if (location == NULL) {
        return NGX_CONF_ERROR;
    }

    ctx = cf->ctx;

    location->loc_conf = ctx->loc_conf;
    location->srv_conf = ctx->srv_conf;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_citrix_guard_init(ngx_conf_t *cf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (ngx_http_citrix_guard_check_monitors(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_citrix_guard_check_rules(cf);

    if (!gmcf->active) {
        return gmcf->pinning ? ngx_http_citrix_guard_egress_init(cf) : NGX_OK;
    }

    if (ngx_http_citrix_guard_check(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_citrix_guard_phases_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_citrix_guard_lost_init(cf);

    if (gmcf->rules_need_body
        && ngx_http_citrix_guard_body_filter_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_citrix_guard_self_test_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_citrix_guard_egress_init(cf);
}


static ngx_int_t
ngx_http_citrix_guard_init_module(ngx_cycle_t *cycle)
{
    ngx_int_t                           rc;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_citrix_guard_module);

    if (gmcf == NULL) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_state_begin(cycle, gmcf);
    ngx_http_citrix_guard_upgrade_begin(cycle, gmcf);
    ngx_http_citrix_guard_zone_set_servers(gmcf, &cycle->hostname);
    ngx_http_citrix_guard_check_mode(cycle, gmcf);

    if (!gmcf->active) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_hooks_lost = 0;

    if (ngx_http_citrix_guard_phases_order(cycle) != NGX_OK) {
        ngx_http_citrix_guard_hooks_lost = 1;

        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "citrix_guard: this nginx has phases that the guard "
                      "does not know: requests are refused where "
                      "citrix_guard is on");
    }

    rc = ngx_http_citrix_guard_self_test(cycle);

    /* at a reload an error would end nginx */

    if (rc == NGX_ERROR && ngx_is_init_cycle(cycle->old_cycle)) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK) {
        ngx_http_citrix_guard_hooks_lost = 1;

        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "citrix_guard: the self-test failed: this nginx does "
                      "not call the egress check where the guard expects it; "
                      "requests are refused where citrix_guard is on");
    }

    ngx_http_citrix_guard_hooks_init();
    ngx_http_citrix_guard_check_version(cycle->log);
    ngx_http_citrix_guard_check_stream(cycle, gmcf);
    ngx_http_citrix_guard_check_modules(cycle, gmcf);

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_init_process(ngx_cycle_t *cycle)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_citrix_guard_module);

    if (gmcf) {
        ngx_http_citrix_guard_open_start(gmcf, cycle->log);
        ngx_http_citrix_guard_state_start(gmcf);
        ngx_http_citrix_guard_upgrade_start(gmcf);
    }

    return NGX_OK;
}


static void
ngx_http_citrix_guard_end_master(ngx_cycle_t *cycle)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_citrix_guard_module);

    if (gmcf) {
        ngx_http_citrix_guard_state_end(cycle, gmcf);
    }
}


static void
ngx_http_citrix_guard_end_process(ngx_cycle_t *cycle)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_citrix_guard_module);

    if (gmcf) {
        ngx_http_citrix_guard_open_leave(gmcf, cycle->log);
        ngx_http_citrix_guard_state_save(gmcf, cycle->log);
    }

    ngx_http_citrix_guard_end_log_rate();
    ngx_http_citrix_guard_exit_process(cycle);
}


static char *
ngx_http_citrix_guard_set_enum(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t                     *value;
    ngx_uint_t                    *np, i;
    ngx_conf_enum_t               *e;
    ngx_http_citrix_guard_enum_t  *allowed;

    np = (ngx_uint_t *) (p + cmd->offset);

    if (*np != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    allowed = cmd->post;
    e = allowed->values;

    for (i = 0; e[i].name.len != 0; i++) {
        if (e[i].name.len == value[1].len
            && ngx_strcmp(e[i].name.data, value[1].data) == 0)
        {
            *np = e[i].value;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive, "
                       "it must be %s",
                       &value[1], &cmd->name, allowed->expected);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_citrix_guard_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf = conf;

    ngx_int_t   status;
    ngx_str_t  *value;

    if (glcf->status != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    status = ngx_atoi(value[1].data, value[1].len);

    if (value[1].len != 3 || status < 400 || status > 599) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, "
                           "it must be a status code from 400 to 599",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    glcf->status = (ngx_uint_t) status;

    return NGX_CONF_OK;
}
