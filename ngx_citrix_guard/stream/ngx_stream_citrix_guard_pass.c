
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A session whose protocol is known continues in another server of the stream
 * block, on the same connection: with that server's "proxy_pass", "proxy_ssl"
 * and other settings.  Afterwards this costs nothing, while a connection to
 * that server, through a unix socket, would copy each byte once more. nginx
 * does the same with the server that a TLS client names.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "ngx_stream_citrix_guard_pass.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_core_module
#pragma weak ngx_stream_complex_value
#pragma weak ngx_stream_set_complex_value_slot


static ngx_stream_citrix_guard_server_t *ngx_stream_citrix_guard_find_server(
    ngx_stream_citrix_guard_main_conf_t *gmcf, ngx_str_t *name);


ngx_int_t
ngx_stream_citrix_guard_switch_server(ngx_stream_session_t *s)
{
    ngx_str_t                             name;
    ngx_stream_citrix_guard_server_t     *server;
    ngx_stream_citrix_guard_srv_conf_t   *gscf;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);

    if (gscf->pass == NULL) {
        return NGX_OK;
    }

    if (ngx_stream_complex_value(s, gscf->pass, &name) != NGX_OK) {
        return NGX_ERROR;
    }

    if (name.len == 0) {
        return NGX_OK;
    }

    gmcf = ngx_stream_get_module_main_conf(s, ngx_stream_citrix_guard_module);

    server = ngx_stream_citrix_guard_find_server(gmcf, &name);

    if (server == NULL) {
        ngx_log_error(NGX_LOG_ERR, s->connection->log, 0,
                      "citrix_guard: no server has "
                      "\"citrix_guard_preread_name %V\"", &name);
        return NGX_ERROR;
    }

    s->srv_conf = server->srv_conf;

    return NGX_OK;
}


static ngx_stream_citrix_guard_server_t *
ngx_stream_citrix_guard_find_server(ngx_stream_citrix_guard_main_conf_t *gmcf,
    ngx_str_t *name)
{
    ngx_uint_t                         i;
    ngx_stream_citrix_guard_server_t  *server;

    server = gmcf->servers.elts;

    for (i = 0; i < gmcf->servers.nelts; i++) {
        if (server[i].name.len == name->len
            && ngx_strncmp(server[i].name.data, name->data, name->len) == 0)
        {
            return &server[i];
        }
    }

    return NULL;
}


char *
ngx_stream_citrix_guard_set_name(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_stream_citrix_guard_main_conf_t *gmcf = conf;

    ngx_str_t                         *value;
    ngx_stream_conf_ctx_t             *ctx;
    ngx_stream_core_srv_conf_t        *cscf;
    ngx_stream_citrix_guard_server_t  *server;

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "has an empty name";
    }

    if (ngx_stream_citrix_guard_find_server(gmcf, &value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate name \"%V\" in "
                           "\"citrix_guard_preread_name\" directive, "
                           "another server has it", &value[1]);
        return NGX_CONF_ERROR;
    }

    server = ngx_array_push(&gmcf->servers);
    if (server == NULL) {
        return NGX_CONF_ERROR;
    }

    ctx = cf->ctx;

    server->name = value[1];
    server->srv_conf = ctx->srv_conf;

    /* a server with a name needs no address */

    cscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module);
    cscf->listen = 1;

    return NGX_CONF_OK;
}


char *
ngx_stream_citrix_guard_set_pass(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    char                                 *rv;
    ngx_str_t                            *value;
    ngx_stream_citrix_guard_reference_t  *references;
    ngx_stream_citrix_guard_srv_conf_t   *gscf = conf;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    rv = ngx_stream_set_complex_value_slot(cf, cmd, conf);

    if (rv != NGX_CONF_OK || gscf->pass->lengths) {
        return rv;
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return NGX_CONF_OK;
    }

    gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);

    references = ngx_array_push(&gmcf->references);
    if (references == NULL) {
        return NGX_CONF_ERROR;
    }

    references->name = value[1];
    references->file = cf->conf_file->file.name.data;
    references->line = cf->conf_file->line;

    return NGX_CONF_OK;
}


/* the server may come after the one that names it */

ngx_int_t
ngx_stream_citrix_guard_check_pass(ngx_conf_t *cf)
{
    ngx_uint_t                            i;
    ngx_stream_citrix_guard_reference_t  *references;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);

    references = gmcf->references.elts;

    for (i = 0; i < gmcf->references.nelts; i++) {
        if (ngx_stream_citrix_guard_find_server(gmcf,
                                                &references[i].name) == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "unknown server \"%V\" in "
                          "\"citrix_guard_preread_pass\" directive in %s:%ui,"
                          " it must be the \"citrix_guard_preread_name\" of "
                          "one", &references[i].name, references[i].file,
                          references[i].line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
