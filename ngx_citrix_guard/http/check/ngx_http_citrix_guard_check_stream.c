
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warnings of "nginx -t" about stream{}: servers that lead to an ADC which is
 * guarded in http{}.  Nothing judges what is sent there.
 *
 * nginx's stream part may be a dynamic module, or missing, so nothing here is
 * linked against it.  Its modules are found by name.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check_stream.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"


#if (NGX_CITRIX_GUARD_STREAM)

#include <ngx_stream.h>


static ngx_uint_t ngx_http_citrix_guard_stream_open(
    ngx_stream_core_main_conf_t *cmcf, ngx_stream_core_srv_conf_t *cscf);
static ngx_stream_upstream_srv_conf_t *ngx_http_citrix_guard_stream_upstream(
    ngx_module_t *proxy, ngx_stream_upstream_main_conf_t *umcf,
    ngx_stream_core_srv_conf_t *cscf);
static ngx_uint_t ngx_http_citrix_guard_stream_guarded(
    ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_stream_upstream_srv_conf_t *uscf);


void
ngx_http_citrix_guard_check_stream(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                        i;
    ngx_module_t                     *stream, *core, *proxy, *upstream;
    ngx_stream_conf_ctx_t            *ctx;
    ngx_stream_core_srv_conf_t      **cscf;
    ngx_stream_core_main_conf_t      *cmcf;
    ngx_stream_upstream_srv_conf_t   *uscf;
    ngx_stream_upstream_main_conf_t  *umcf;

    stream = ngx_http_citrix_guard_find_module(cycle, "ngx_stream_module");
    core = ngx_http_citrix_guard_find_module(cycle, "ngx_stream_core_module");
    proxy = ngx_http_citrix_guard_find_module(cycle,
                                              "ngx_stream_proxy_module");
    upstream = ngx_http_citrix_guard_find_module(cycle,
                                               "ngx_stream_upstream_module");

    if (stream == NULL || core == NULL || proxy == NULL || upstream == NULL) {
        return;
    }

    ctx = (ngx_stream_conf_ctx_t *) cycle->conf_ctx[stream->index];

    if (ctx == NULL) {
        return;
    }

    cmcf = ctx->main_conf[core->ctx_index];
    umcf = ctx->main_conf[upstream->ctx_index];
    cscf = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {

        uscf = ngx_http_citrix_guard_stream_upstream(proxy, umcf, cscf[i]);

        if (uscf
            && ngx_http_citrix_guard_stream_guarded(gmcf, uscf)
            && ngx_http_citrix_guard_stream_open(cmcf, cscf[i]))
        {
            ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                          "citrix_guard: the stream server (%s:%ui) leads "
                          "to an ADC that is guarded in \"http\", and passes "
                          "HTTP as well: set \"citrix_guard_preread on\", "
                          "and choose \"proxy_pass\" by $citrix_guard_protocol",
                          cscf[i]->file_name, cscf[i]->line);
        }
    }
}


/*
 * Can other machines speak TCP to the server?  A unix socket is the second
 * half of a demultiplexer, and UDP carries EDT.
 */

#if (nginx_version >= 1025005)

static ngx_uint_t
ngx_http_citrix_guard_stream_open(ngx_stream_core_main_conf_t *cmcf,
    ngx_stream_core_srv_conf_t *cscf)
{
    ngx_uint_t                    p, a, s;
    ngx_stream_conf_addr_t       *addr;
    ngx_stream_conf_port_t       *port;
    ngx_stream_core_srv_conf_t  **server;

    if (cmcf->ports == NULL) {
        return 0;
    }

    port = cmcf->ports->elts;

    for (p = 0; p < cmcf->ports->nelts; p++) {

        if (port[p].type != SOCK_STREAM || port[p].family == AF_UNIX) {
            continue;
        }

        addr = port[p].addrs.elts;

        for (a = 0; a < port[p].addrs.nelts; a++) {
            server = addr[a].servers.elts;

            for (s = 0; s < addr[a].servers.nelts; s++) {
                if (server[s] == cscf) {
                    return 1;
                }
            }
        }
    }

    return 0;
}

#else

static ngx_uint_t
ngx_http_citrix_guard_stream_open(ngx_stream_core_main_conf_t *cmcf,
    ngx_stream_core_srv_conf_t *cscf)
{
    ngx_uint_t            i;
    ngx_stream_listen_t  *listen;

    listen = cmcf->listen.elts;

    for (i = 0; i < cmcf->listen.nelts; i++) {
        if (listen[i].ctx == cscf->ctx
            && listen[i].type == SOCK_STREAM
            && listen[i].sockaddr->sa_family != AF_UNIX)
        {
            return 1;
        }
    }

    return 0;
}

#endif


/*
 * The configuration of the proxy module is private, but not the offsets in its
 * command table.  "upstream" is the first field after those, or with TLS the
 * second; two more pointers follow in any case.
 */

static ngx_stream_upstream_srv_conf_t *
ngx_http_citrix_guard_stream_upstream(ngx_module_t *proxy,
    ngx_stream_upstream_main_conf_t *umcf, ngx_stream_core_srv_conf_t *cscf)
{
    void                            **field;
    ngx_uint_t                        i, n, last;
    ngx_command_t                    *cmd;
    ngx_stream_upstream_srv_conf_t  **uscf;

    last = 0;

    for (cmd = proxy->commands; cmd->name.len; cmd++) {
        if (cmd->offset > last) {
            last = cmd->offset;
        }
    }

    field = (void **) ((char *) cscf->ctx->srv_conf[proxy->ctx_index] + last);
    uscf = umcf->upstreams.elts;

    for (n = 1; n <= 2; n++) {
        for (i = 0; i < umcf->upstreams.nelts; i++) {
            if (field[n] == uscf[i]) {
                return uscf[i];
            }
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_http_citrix_guard_stream_guarded(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_stream_upstream_srv_conf_t *uscf)
{
    ngx_uint_t                      i, j, k;
    ngx_stream_upstream_server_t   *server;
    ngx_http_upstream_srv_conf_t  **guarded;

    if (uscf->servers == NULL) {
        return 0;
    }

    server = uscf->servers->elts;
    guarded = gmcf->guarded.elts;

    for (i = 0; i < uscf->servers->nelts; i++) {
        for (j = 0; j < server[i].naddrs; j++) {
            for (k = 0; k < gmcf->guarded.nelts; k++) {
                if (ngx_http_citrix_guard_upstream_has_address(guarded[k],
                                                     &server[i].addrs[j]))
                {
                    return 1;
                }
            }
        }
    }

    return 0;
}

#else

void
ngx_http_citrix_guard_check_stream(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    /* this nginx has no stream part */
}

#endif
