
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads other modules' configuration.  The structures of nginx's own modules
 * are private, but the offsets in their command tables are not.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_modules.h"
#include "ngx_http_citrix_guard_types.h"


ngx_module_t *
ngx_http_citrix_guard_find_module(ngx_cycle_t *cycle, const char *name)
{
    ngx_uint_t  m;

    for (m = 0; cycle->modules[m]; m++) {
        if (ngx_strcmp(cycle->modules[m]->name, name) == 0) {
            return cycle->modules[m];
        }
    }

    return NULL;
}


/* where a module stores the value of its directive */

void *
ngx_http_citrix_guard_directive_value(ngx_module_t *module, void **loc_conf,
    const char *directive)
{
    ngx_command_t  *cmd;

    for (cmd = module->commands; cmd->name.len; cmd++) {
        if (ngx_strcmp(cmd->name.data, directive) == 0
            && cmd->conf == NGX_HTTP_LOC_CONF_OFFSET)
        {
            return (char *) loc_conf[module->ctx_index] + cmd->offset;
        }
    }

    return NULL;
}


ngx_http_upstream_conf_t *
ngx_http_citrix_guard_upstream_conf(ngx_module_t *module, void **loc_conf)
{
    char           *conf;
    ngx_command_t  *cmd;

    if (module->type != NGX_HTTP_MODULE || module->commands == NULL) {
        return NULL;
    }

    for (cmd = module->commands; cmd->name.len; cmd++) {
        if (cmd->set == ngx_http_upstream_bind_set_slot
            && cmd->conf == NGX_HTTP_LOC_CONF_OFFSET)
        {
            conf = loc_conf[module->ctx_index];

            return (ngx_http_upstream_conf_t *)
                   (conf + cmd->offset
                    - offsetof(ngx_http_upstream_conf_t, local));
        }
    }

    return NULL;
}


/*
 * The n-th address of an upstream.  If proxy_pass created the upstream from a
 * name, it has no servers, only the peers that nginx resolved.
 */

ngx_uint_t
ngx_http_citrix_guard_upstream_address(ngx_http_upstream_srv_conf_t *uscf,
    ngx_uint_t n, ngx_addr_t *addr)
{
    ngx_uint_t                     i;
    ngx_http_upstream_server_t    *server;
    ngx_http_upstream_rr_peer_t   *peer;
    ngx_http_upstream_rr_peers_t  *peers;

    if (uscf->servers) {
        server = uscf->servers->elts;

        for (i = 0; i < uscf->servers->nelts; i++) {
            if (n < server[i].naddrs) {
                *addr = server[i].addrs[n];
                return 1;
            }

            n -= server[i].naddrs;
        }

        return 0;
    }

    peers = uscf->peer.data;

    for (peer = peers ? peers->peer : NULL; peer; peer = peer->next) {
        if (n-- == 0) {
            addr->sockaddr = peer->sockaddr;
            addr->socklen = peer->socklen;
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_http_citrix_guard_upstream_has_address(ngx_http_upstream_srv_conf_t *uscf,
    ngx_addr_t *addr)
{
    ngx_uint_t  n;
    ngx_addr_t  other;

    for (n = 0; ngx_http_citrix_guard_upstream_address(uscf, n, &other); n++) {
        if (ngx_cmp_sockaddr(addr->sockaddr, addr->socklen, other.sockaddr,
                             other.socklen, 1)
            == NGX_OK)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_citrix_guard_conf_log(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_location_t *location, const char *text)
{
    ngx_str_t                  none = ngx_string("");
    ngx_str_t                 *name;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_core_srv_conf_t  *cscf;

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    cscf = location->srv_conf[ngx_http_core_module.ctx_index];

    name = clcf->name.len ? &clcf->name : &none;

    ngx_log_error(level, cf->log, 0,
                  "citrix_guard: %s%V%s server \"%V\" (%s:%ui) %s",
                  name->len ? "location \"" : "", name,
                  name->len ? "\" of"
                            : clcf->noname ? "a block in" : "the",
                  &cscf->server_name,
                  cscf->file_name ? (char *) cscf->file_name : "-",
                  cscf->line, text);
}


ngx_int_t
ngx_http_citrix_guard_conf_reject(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, const char *text)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_DETECT) {
        ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location, text);
        return NGX_OK;
    }

    ngx_http_citrix_guard_conf_log(cf, NGX_LOG_EMERG, location, text);

    return NGX_ERROR;
}
