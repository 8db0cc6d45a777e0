/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directives of the stream module, and the setup of its parts.
 *
 * nginx's stream part may be a dynamic module itself.  Its symbols are weak
 * here, so that this module can say what is missing; otherwise the dynamic
 * linker would keep nginx from starting.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_socks5.h"
#include "ngx_stream_citrix_guard_filter.h"
#include "ngx_stream_citrix_guard_front.h"
#include "ngx_stream_citrix_guard_http.h"
#include "ngx_stream_citrix_guard_pass.h"
#include "ngx_stream_citrix_guard_preread.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_module
#pragma weak ngx_stream_core_module


static ngx_int_t ngx_stream_citrix_guard_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_stream_citrix_guard_init(ngx_conf_t *cf);
static ngx_int_t ngx_stream_citrix_guard_init_module(ngx_cycle_t *cycle);
static void *ngx_stream_citrix_guard_create_main_conf(ngx_conf_t *cf);
static void *ngx_stream_citrix_guard_create_srv_conf(ngx_conf_t *cf);
static char *ngx_stream_citrix_guard_merge_srv_conf(ngx_conf_t *cf,
    void *parent, void *child);


static ngx_conf_enum_t  ngx_stream_citrix_guard_socks5[] = {
    { ngx_string("ticket"), CGUARD_SOCKS5_TICKET },
    { ngx_string("connect"), CGUARD_SOCKS5_CONNECT },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_stream_citrix_guard_commands[] = {

    { ngx_string("citrix_guard_preread"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, preread),
      NULL },

    { ngx_string("citrix_guard_preread_socks5"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, socks5),
      &ngx_stream_citrix_guard_socks5 },

    { ngx_string("citrix_guard_preread_rdp"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, rdp),
      NULL },

    { ngx_string("citrix_guard_preread_timeout"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, timeout),
      NULL },

    { ngx_string("citrix_guard_preread_answer_timeout"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, answer_timeout),
      NULL },

    { ngx_string("citrix_guard_preread_pass"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_stream_citrix_guard_set_pass,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, pass),
      NULL },

    { ngx_string("citrix_guard_http_pass"),
      NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_stream_citrix_guard_set_http,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_preread_name"),
      NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_stream_citrix_guard_set_name,
      NGX_STREAM_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_stream_module_t  ngx_stream_citrix_guard_module_ctx = {
    ngx_stream_citrix_guard_preconfiguration, /* preconfiguration */
    ngx_stream_citrix_guard_init,          /* postconfiguration */

    ngx_stream_citrix_guard_create_main_conf, /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_stream_citrix_guard_create_srv_conf, /* create server configuration */
    ngx_stream_citrix_guard_merge_srv_conf /* merge server configuration */
};


ngx_module_t  ngx_stream_citrix_guard_module = {
    NGX_MODULE_V1,
    &ngx_stream_citrix_guard_module_ctx,   /* module context */
    ngx_stream_citrix_guard_commands,      /* module directives */
    NGX_STREAM_MODULE,                     /* module type */
    NULL,                                  /* init master */
    ngx_stream_citrix_guard_init_module,   /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_stream_citrix_guard_preconfiguration(ngx_conf_t *cf)
{
    if (&ngx_stream_core_module == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "citrix_guard: ngx_stream_citrix_guard_module.so has "
                      "to be loaded after ngx_stream_module.so: put its "
                      "\"load_module\" last");
        return NGX_ERROR;
    }

    return ngx_stream_citrix_guard_add_variables(cf);
}


static ngx_int_t
ngx_stream_citrix_guard_init(ngx_conf_t *cf)
{
    if (ngx_stream_citrix_guard_preread_init(cf) != NGX_OK
        || ngx_stream_citrix_guard_front_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_stream_citrix_guard_filter_init();

    if (ngx_stream_citrix_guard_check_pass(cf) != NGX_OK
        || ngx_stream_citrix_guard_check_handlers(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_stream_citrix_guard_resolve_http(cf->cycle);
}


static ngx_int_t
ngx_stream_citrix_guard_init_module(ngx_cycle_t *cycle)
{
    if (&ngx_stream_module == NULL) {
        return NGX_OK;
    }

    return ngx_stream_citrix_guard_check_http(cycle);
}


static void *
ngx_stream_citrix_guard_create_main_conf(ngx_conf_t *cf)
{
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_pcalloc(cf->pool, sizeof(ngx_stream_citrix_guard_main_conf_t));
    if (gmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&gmcf->servers, cf->pool, 2,
                       sizeof(ngx_stream_citrix_guard_server_t))
        != NGX_OK
        || ngx_array_init(&gmcf->references, cf->pool, 2,
                          sizeof(ngx_stream_citrix_guard_reference_t))
           != NGX_OK
        || ngx_array_init(&gmcf->http, cf->pool, 2,
                          sizeof(ngx_stream_citrix_guard_handover_t))
           != NGX_OK)
    {
        return NULL;
    }

    return gmcf;
}


static void *
ngx_stream_citrix_guard_create_srv_conf(ngx_conf_t *cf)
{
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    gscf = ngx_pcalloc(cf->pool, sizeof(ngx_stream_citrix_guard_srv_conf_t));
    if (gscf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     gscf->http = NULL;
     */

    gscf->preread = NGX_CONF_UNSET;
    gscf->timeout = NGX_CONF_UNSET_MSEC;
    gscf->answer_timeout = NGX_CONF_UNSET_MSEC;
    gscf->socks5 = NGX_CONF_UNSET_UINT;
    gscf->rdp = NGX_CONF_UNSET;
    gscf->pass = NGX_CONF_UNSET_PTR;

    return gscf;
}


static char *
ngx_stream_citrix_guard_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_stream_citrix_guard_srv_conf_t  *prev = parent;
    ngx_stream_citrix_guard_srv_conf_t  *gscf = child;

    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    ngx_conf_merge_value(gscf->preread, prev->preread, 0);
    ngx_conf_merge_msec_value(gscf->timeout, prev->timeout, 10000);
    ngx_conf_merge_msec_value(gscf->answer_timeout, prev->answer_timeout,
                              60000);
    ngx_conf_merge_uint_value(gscf->socks5, prev->socks5,
                              CGUARD_SOCKS5_TICKET);
    ngx_conf_merge_value(gscf->rdp, prev->rdp, 0);
    ngx_conf_merge_ptr_value(gscf->pass, prev->pass, NULL);

    if (gscf->preread) {
        gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);
        gmcf->active = 1;
    }

    return NGX_CONF_OK;
}
