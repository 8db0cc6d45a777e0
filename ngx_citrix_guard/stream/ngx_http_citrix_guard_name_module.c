
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The http module that gives an http server the name by which stream finds it.
 * It is part of the stream module's file.
 */


#include "ngx_stream_citrix_guard_http.h"
#include "ngx_stream_citrix_guard_names.h"


static ngx_int_t ngx_http_citrix_guard_name_init(ngx_conf_t *cf);


static ngx_command_t  ngx_http_citrix_guard_name_commands[] = {

    { ngx_string("citrix_guard_http_name"),
      NGX_HTTP_SRV_CONF|NGX_CONF_TAKE12,
      ngx_stream_citrix_guard_set_http_name,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_citrix_guard_name_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_citrix_guard_name_init,       /* postconfiguration */

    ngx_stream_citrix_guard_create_names,  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_citrix_guard_name_module = {
    NGX_MODULE_V1,
    &ngx_http_citrix_guard_name_module_ctx, /* module context */
    ngx_http_citrix_guard_name_commands,   /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_citrix_guard_name_init(ngx_conf_t *cf)
{
    if (ngx_stream_citrix_guard_names_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_stream_citrix_guard_resolve_http(cf->cycle);
}
