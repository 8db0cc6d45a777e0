
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * An http server with a name instead of an address. nginx finds its http
 * servers by the addresses where they listen, so for each name there is the
 * structure that nginx makes for an address, but no socket.  So nothing can be
 * left behind, be in use, or be missing in a worker that is shutting down.
 *
 * The directive belongs to http; its module is in the same file as that of
 * stream.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "ngx_stream_citrix_guard_names.h"


typedef struct {
    ngx_array_t                     all;        /* of ..._http_t * */
} ngx_stream_citrix_guard_names_t;


static ngx_stream_citrix_guard_http_t *ngx_stream_citrix_guard_add_name(
    ngx_conf_t *cf, ngx_array_t *names, ngx_str_t *name);
static ngx_int_t ngx_stream_citrix_guard_name_listening(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http);
static ngx_int_t ngx_stream_citrix_guard_virtual_names(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http);
static ngx_int_t ngx_stream_citrix_guard_add_keys(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http, ngx_hash_keys_arrays_t *keys,
    ngx_http_virtual_names_t *vn);
static ngx_int_t ngx_stream_citrix_guard_init_hashes(ngx_conf_t *cf,
    ngx_hash_keys_arrays_t *keys, ngx_hash_combined_t *names);
static ngx_int_t ngx_stream_citrix_guard_wildcards(ngx_hash_init_t *hash,
    ngx_array_t *keys, ngx_hash_wildcard_t **wildcard);
static int ngx_libc_cdecl ngx_stream_citrix_guard_cmp_wildcards(
    const void *one, const void *two);
static void ngx_stream_citrix_guard_check_name(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http);


char *
ngx_stream_citrix_guard_set_http_name(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_stream_citrix_guard_names_t *names = conf;

    ngx_str_t                        *value;
    ngx_uint_t                        i;
    ngx_http_core_srv_conf_t         *cscf, **server;
    ngx_stream_citrix_guard_http_t   *http;

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "has an empty name";
    }

    http = ngx_stream_citrix_guard_add_name(cf, &names->all, &value[1]);
    if (http == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 3) {

        if (ngx_strcmp(value[2].data, "http2") != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"%V\" directive, "
                               "it must be \"http2\"", &value[2], &cmd->name);
            return NGX_CONF_ERROR;
        }

#if (NGX_HTTP_V2)
        http->http2 = 1;
#else
        return "has \"http2\", which needs ngx_http_v2_module";
#endif
    }

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    server = http->servers.elts;

    for (i = 0; i < http->servers.nelts; i++) {
        if (server[i] == cscf) {
            return "is duplicate";
        }
    }

    server = ngx_array_push(&http->servers);
    if (server == NULL) {
        return NGX_CONF_ERROR;
    }

    *server = cscf;

    /* nginx gives an address to a server without a "listen" */

    cscf->listen = 1;

    return NGX_CONF_OK;
}


static ngx_stream_citrix_guard_http_t *
ngx_stream_citrix_guard_add_name(ngx_conf_t *cf, ngx_array_t *names,
    ngx_str_t *name)
{
    ngx_stream_citrix_guard_http_t  *http, **slot;

    http = ngx_stream_citrix_guard_find_http(cf->cycle, name);
    if (http) {
        return http;
    }

    /* workers point to it, so it must not move */

    http = ngx_pcalloc(cf->pool, sizeof(ngx_stream_citrix_guard_http_t));
    if (http == NULL) {
        return NULL;
    }

    http->name = *name;

    if (ngx_array_init(&http->servers, cf->pool, 2,
                       sizeof(ngx_http_core_srv_conf_t *))
        != NGX_OK)
    {
        return NULL;
    }

    slot = ngx_array_push(names);
    if (slot == NULL) {
        return NULL;
    }

    *slot = http;

    return http;
}


void *
ngx_stream_citrix_guard_create_names(ngx_conf_t *cf)
{
    ngx_stream_citrix_guard_names_t  *names;

    names = ngx_pcalloc(cf->pool,
                       sizeof(ngx_stream_citrix_guard_names_t));
    if (names == NULL) {
        return NULL;
    }

    if (ngx_array_init(&names->all, cf->pool, 2,
                       sizeof(ngx_stream_citrix_guard_http_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return names;
}


ngx_stream_citrix_guard_http_t *
ngx_stream_citrix_guard_find_http(ngx_cycle_t *cycle, ngx_str_t *name)
{
    ngx_uint_t                               i;
    ngx_stream_citrix_guard_http_t         **http;
    ngx_stream_citrix_guard_names_t  *names;

    names = ngx_http_cycle_get_module_main_conf(cycle,
                                            ngx_http_citrix_guard_name_module);
    if (names == NULL) {
        return NULL;
    }

    http = names->all.elts;

    for (i = 0; i < names->all.nelts; i++) {
        if (http[i]->name.len == name->len
            && ngx_strncmp(http[i]->name.data, name->data, name->len) == 0)
        {
            return http[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_stream_citrix_guard_names_init(ngx_conf_t *cf)
{
    ngx_uint_t                               i;
    ngx_stream_citrix_guard_http_t         **http;
    ngx_stream_citrix_guard_names_t  *names;

    names = ngx_http_conf_get_module_main_conf(cf,
                                            ngx_http_citrix_guard_name_module);

    http = names->all.elts;

    for (i = 0; i < names->all.nelts; i++) {

        if (ngx_stream_citrix_guard_name_listening(cf, http[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_stream_citrix_guard_check_name(cf, http[i]);
    }

    return NGX_OK;
}


/* an address of nobody, in the form that nginx's own code expects */

static ngx_int_t
ngx_stream_citrix_guard_name_listening(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http)
{
    ngx_http_core_srv_conf_t  **server;

    server = http->servers.elts;

    http->addr.conf.default_server = server[0];

#if (NGX_HTTP_V2)
    http->addr.conf.http2 = http->http2;
#endif

    if (ngx_stream_citrix_guard_virtual_names(cf, http) != NGX_OK) {
        return NGX_ERROR;
    }

    http->port.addrs = &http->addr;
    http->port.naddrs = 1;

    http->listening.handler = ngx_http_init_connection;
    http->listening.servers = &http->port;
    http->listening.type = SOCK_STREAM;
    http->listening.fd = (ngx_socket_t) -1;

    /* stands for the server in logs */

    http->listening.addr_text = http->name;

#if (NGX_HAVE_INET6)

    http->addr6.conf = http->addr.conf;

    http->port6.addrs = &http->addr6;
    http->port6.naddrs = 1;

    http->listening6 = http->listening;
    http->listening6.servers = &http->port6;

#endif

    return NGX_OK;
}


/* as nginx does for servers that share an address */

static ngx_int_t
ngx_stream_citrix_guard_virtual_names(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http)
{
    ngx_int_t                   rc;
    ngx_hash_keys_arrays_t      keys;
    ngx_http_virtual_names_t   *vn;

    if (http->servers.nelts == 1
#if (NGX_PCRE)
        && !http->addr.conf.default_server->captures
#endif
       )
    {
        return NGX_OK;
    }

    vn = ngx_pcalloc(cf->pool, sizeof(ngx_http_virtual_names_t));
    if (vn == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&keys, sizeof(ngx_hash_keys_arrays_t));

    keys.temp_pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cf->log);
    if (keys.temp_pool == NULL) {
        return NGX_ERROR;
    }

    keys.pool = cf->pool;

    rc = ngx_hash_keys_array_init(&keys, NGX_HASH_LARGE);

    if (rc == NGX_OK) {
        rc = ngx_stream_citrix_guard_add_keys(cf, http, &keys, vn);
    }

    if (rc == NGX_OK) {
        rc = ngx_stream_citrix_guard_init_hashes(cf, &keys, &vn->names);
    }

    ngx_destroy_pool(keys.temp_pool);

    http->addr.conf.virtual_names = vn;

    return rc;
}


static ngx_int_t
ngx_stream_citrix_guard_add_keys(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http, ngx_hash_keys_arrays_t *keys,
    ngx_http_virtual_names_t *vn)
{
    ngx_int_t                   rc;
    ngx_uint_t                  s, n;
    ngx_http_server_name_t     *name;
    ngx_http_core_srv_conf_t  **server;
#if (NGX_PCRE)
    ngx_array_t                 regex;
    ngx_http_server_name_t     *slot;

    if (ngx_array_init(&regex, cf->pool, 1, sizeof(ngx_http_server_name_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }
#endif

    server = http->servers.elts;

    for (s = 0; s < http->servers.nelts; s++) {
        name = server[s]->server_names.elts;

        for (n = 0; n < server[s]->server_names.nelts; n++) {

#if (NGX_PCRE)
            if (name[n].regex) {
                slot = ngx_array_push(&regex);
                if (slot == NULL) {
                    return NGX_ERROR;
                }

                *slot = name[n];
                continue;
            }
#endif

            rc = ngx_hash_add_key(keys, &name[n].name, name[n].server,
                                  NGX_HASH_WILDCARD_KEY);

            if (rc == NGX_BUSY) {
                ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                              "conflicting server name \"%V\" of "
                              "\"citrix_guard_http_name %V\", ignored",
                              &name[n].name, &http->name);

            } else if (rc != NGX_OK) {
                ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                              "invalid server name or wildcard \"%V\" of "
                              "\"citrix_guard_http_name %V\"",
                              &name[n].name, &http->name);
                return NGX_ERROR;
            }
        }
    }

#if (NGX_PCRE)
    vn->nregex = regex.nelts;
    vn->regex = regex.elts;
#endif

    return NGX_OK;
}


static ngx_int_t
ngx_stream_citrix_guard_init_hashes(ngx_conf_t *cf,
    ngx_hash_keys_arrays_t *keys, ngx_hash_combined_t *names)
{
    ngx_hash_init_t             hash;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    hash.key = ngx_hash_key_lc;
    hash.max_size = cmcf->server_names_hash_max_size;
    hash.bucket_size = cmcf->server_names_hash_bucket_size;
    hash.name = "server_names_hash";
    hash.pool = cf->pool;
    hash.temp_pool = NULL;
    hash.hash = &names->hash;

    if (keys->keys.nelts
        && ngx_hash_init(&hash, keys->keys.elts, keys->keys.nelts) != NGX_OK)
    {
        return NGX_ERROR;
    }

    hash.temp_pool = keys->temp_pool;

    if (ngx_stream_citrix_guard_wildcards(&hash, &keys->dns_wc_head,
                                        &names->wc_head)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_stream_citrix_guard_wildcards(&hash, &keys->dns_wc_tail,
                                           &names->wc_tail);
}


static ngx_int_t
ngx_stream_citrix_guard_wildcards(ngx_hash_init_t *hash, ngx_array_t *keys,
    ngx_hash_wildcard_t **wildcard)
{
    if (keys->nelts == 0) {
        return NGX_OK;
    }

    ngx_qsort(keys->elts, (size_t) keys->nelts, sizeof(ngx_hash_key_t),
              ngx_stream_citrix_guard_cmp_wildcards);

    hash->hash = NULL;

    if (ngx_hash_wildcard_init(hash, keys->elts, keys->nelts) != NGX_OK) {
        return NGX_ERROR;
    }

    *wildcard = (ngx_hash_wildcard_t *) hash->hash;

    return NGX_OK;
}


static int ngx_libc_cdecl
ngx_stream_citrix_guard_cmp_wildcards(const void *one, const void *two)
{
    const ngx_hash_key_t  *first = one;
    const ngx_hash_key_t  *second = two;

    return (int) ngx_dns_strcmp(first->key.data, second->key.data);
}


/* TLS ends in stream: what http requires of it has no effect */

static void
ngx_stream_citrix_guard_check_name(ngx_conf_t *cf,
    ngx_stream_citrix_guard_http_t *http)
{
#if (NGX_HTTP_SSL)

    ngx_uint_t                  s;
    ngx_http_ssl_srv_conf_t    *sscf;
    ngx_http_core_srv_conf_t  **server;

    server = http->servers.elts;

    for (s = 0; s < http->servers.nelts; s++) {

        sscf = server[s]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

        if (sscf->verify) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "citrix_guard: \"ssl_verify_client\" has no effect "
                          "in the http server (%s:%ui) for sessions of "
                          "\"citrix_guard_http_name %V\", whose TLS is "
                          "terminated in stream: set it there",
                          server[s]->file_name, server[s]->line, &http->name);
        }
    }

#endif
}
