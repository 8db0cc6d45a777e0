
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What "nginx -t" warns about and what it refuses: ways around the guard that
 * the configuration shows.  It refuses only what would defeat "citrix_guard
 * on".
 *
 * The configuration of nginx's own modules is private to them, but the offsets
 * in their command tables are not.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check.h"
#include "ngx_http_citrix_guard_check_head.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"


typedef struct {
    const char                     *module;
    const char                     *refused;
} ngx_http_citrix_guard_protocol_t;


static ngx_int_t ngx_http_citrix_guard_check_location(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);
static ngx_int_t ngx_http_citrix_guard_check_protocol(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);
static void ngx_http_citrix_guard_check_server(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_uint_t n);
static ngx_uint_t ngx_http_citrix_guard_server_drops(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_uint_t n);
static ngx_uint_t ngx_http_citrix_guard_is_dropped(ngx_array_t *headers,
    const char *name);
static void ngx_http_citrix_guard_check_log(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);
static ngx_int_t ngx_http_citrix_guard_collect_guarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf);
static void ngx_http_citrix_guard_check_unguarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);
static ngx_uint_t ngx_http_citrix_guard_same_upstream(
    ngx_http_upstream_srv_conf_t *one, ngx_http_upstream_srv_conf_t *two);
static ngx_http_upstream_srv_conf_t *ngx_http_citrix_guard_location_upstream(
    ngx_conf_t *cf, ngx_http_citrix_guard_location_t *location);
static ngx_http_citrix_guard_loc_conf_t *ngx_http_citrix_guard_location_conf(
    ngx_http_citrix_guard_location_t *location);


/* requests sent by these directives are not HTTP/1, and cannot be judged */

static ngx_http_citrix_guard_protocol_t  ngx_http_citrix_guard_protocols[] = {

    { "ngx_http_tunnel_module",
      "has \"tunnel_pass\", and requests sent through it cannot be judged: "
      "remove it, or set \"citrix_guard off\" there" },

    { "ngx_http_grpc_module",
      "has \"grpc_pass\", and requests sent as HTTP/2 cannot be judged: use "
      "\"proxy_pass\", or set \"citrix_guard off\" there" },

    { "ngx_http_fastcgi_module",
      "has \"fastcgi_pass\", and requests sent as FastCGI cannot be judged: "
      "set \"citrix_guard off\" there" },

    { "ngx_http_uwsgi_module",
      "has \"uwsgi_pass\", and requests sent as uwsgi cannot be judged: set "
      "\"citrix_guard off\" there" },

    { "ngx_http_scgi_module",
      "has \"scgi_pass\", and requests sent as SCGI cannot be judged: set "
      "\"citrix_guard off\" there" },

    { "ngx_http_memcached_module",
      "has \"memcached_pass\", and requests sent to memcached cannot be "
      "judged: set \"citrix_guard off\" there" },

    { NULL, NULL }
};


ngx_int_t
ngx_http_citrix_guard_check(ngx_conf_t *cf)
{
    ngx_uint_t                          i;
    ngx_http_core_srv_conf_t           *cscf, *last;
    ngx_http_citrix_guard_location_t   *location;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (ngx_http_citrix_guard_collect_guarded(cf, gmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    last = NULL;
    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        /*
         * the locations of a server are adjacent, the server itself comes
         * first
         */

        cscf = location[i].srv_conf[ngx_http_core_module.ctx_index];

        if (cscf != last) {
            last = cscf;
            ngx_http_citrix_guard_check_server(cf, &location[i],
                                               gmcf->locations.nelts - i);
        }

        if (ngx_http_citrix_guard_check_location(cf, &location[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_check_location(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    if (ngx_http_citrix_guard_location_conf(location)->mode
        == NGX_HTTP_CITRIX_GUARD_OFF)
    {
        ngx_http_citrix_guard_check_unguarded(cf, location);
        return NGX_OK;
    }

    ngx_http_citrix_guard_check_log(cf, location);

    if (ngx_http_citrix_guard_check_protocol(cf, location) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_citrix_guard_check_head(cf, location);
}


static ngx_int_t
ngx_http_citrix_guard_check_protocol(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    void                              **next;
    ngx_uint_t                         *version;
    ngx_module_t                       *module;
    ngx_http_core_loc_conf_t           *clcf;
    ngx_http_upstream_conf_t           *ucf;
    ngx_http_citrix_guard_protocol_t   *p;

    for (p = ngx_http_citrix_guard_protocols; p->module; p++) {

        module = ngx_http_citrix_guard_find_module(cf->cycle, p->module);

        if (module == NULL) {
            continue;
        }

        ucf = ngx_http_citrix_guard_upstream_conf(module, location->loc_conf);

        if (ucf == NULL) {
            continue;
        }

        /* the compiled variables of tunnel_pass follow it */

        next = (void **) (ucf + 1);

        if (ucf->upstream
            || (p == ngx_http_citrix_guard_protocols && *next))
        {
            return ngx_http_citrix_guard_conf_reject(cf, location, p->refused);
        }
    }

    module = ngx_http_citrix_guard_find_module(cf->cycle,
                                               "ngx_http_proxy_module");

    version = module ? ngx_http_citrix_guard_directive_value(module,
                                       location->loc_conf, "proxy_http_version")
                     : NULL;

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];

    /* a location that merely passes its configuration on has no handler */

    if (version && *version == 2000 && clcf->handler) {
        return ngx_http_citrix_guard_conf_reject(cf, location,
            "has \"proxy_http_version 2\", and requests sent as HTTP/2 "
            "cannot be judged: set \"proxy_http_version 1.1\"");
    }

    return NGX_OK;
}


/*
 * Header fields that nginx drops by default, and CGI takes for NSC_USER.  The
 * default server of a port decides for all its servers, so every server is
 * checked.
 */

static void
ngx_http_citrix_guard_check_server(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_uint_t n)
{
    ngx_http_core_srv_conf_t  *cscf;

    cscf = location->srv_conf[ngx_http_core_module.ctx_index];

    if (cscf->server_names.nelts == 0) {
        return;
    }

    if (cscf->underscores_in_headers
        && !ngx_http_citrix_guard_server_drops(cf, location, n))
    {
        ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location,
            "has \"underscores_in_headers on\", which lets NSC_USER through "
            "to the ADC: leave it off, or set \"proxy_set_header\" for "
            "NSC_USER and NSC_NONCE to \"\"");
    }

    if (!cscf->ignore_invalid_headers) {
        ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location,
            "has \"ignore_invalid_headers off\", which lets spellings of "
            "NSC_USER through to the ADC: leave it on");
    }
}


/* does every location of the server that serves something drop both? */

static ngx_uint_t
ngx_http_citrix_guard_server_drops(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_uint_t n)
{
    ngx_uint_t                 i, served;
    ngx_array_t              **headers;
    ngx_module_t              *module;
    ngx_http_core_loc_conf_t  *clcf;

    module = ngx_http_citrix_guard_find_module(cf->cycle,
                                               "ngx_http_proxy_module");
    if (module == NULL) {
        return 0;
    }

    served = 0;

    for (i = 0; i < n && location[i].srv_conf == location[0].srv_conf; i++) {

        clcf = location[i].loc_conf[ngx_http_core_module.ctx_index];

        if (clcf->handler == NULL) {
            continue;
        }

        headers = ngx_http_citrix_guard_directive_value(module,
                                     location[i].loc_conf, "proxy_set_header");

        if (headers == NULL
            || !ngx_http_citrix_guard_is_dropped(*headers, "NSC_USER")
            || !ngx_http_citrix_guard_is_dropped(*headers, "NSC_NONCE"))
        {
            return 0;
        }

        served = 1;
    }

    return served;
}


static ngx_uint_t
ngx_http_citrix_guard_is_dropped(ngx_array_t *headers, const char *name)
{
    size_t         len;
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    if (headers == NULL || headers == NGX_CONF_UNSET_PTR) {
        return 0;
    }

    len = ngx_strlen(name);
    kv = headers->elts;

    for (i = 0; i < headers->nelts; i++) {
        if (kv[i].key.len == len && kv[i].value.len == 0
            && ngx_strncasecmp(kv[i].key.data, (u_char *) name, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* nginx's default level hides the refusals; one warning for each log */

static void
ngx_http_citrix_guard_check_log(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    ngx_http_core_loc_conf_t           *clcf;
    ngx_http_core_srv_conf_t           *cscf;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    cscf = location->srv_conf[ngx_http_core_module.ctx_index];
    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (cscf->server_names.nelts == 0
        || clcf->error_log == gmcf->quiet_log
        || clcf->error_log->log_level
           >= ngx_http_citrix_guard_location_conf(location)->log_level)
    {
        return;
    }

    gmcf->quiet_log = clcf->error_log;

    ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location,
        "hides the guard's log lines: raise the level of \"error_log\" "
        "to that of \"citrix_guard_log_level\", \"warn\" by default");
}


/* the upstreams that are guarded somewhere */

static ngx_int_t
ngx_http_citrix_guard_collect_guarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i, j;
    ngx_http_upstream_srv_conf_t      *uscf, **known;
    ngx_http_citrix_guard_location_t  *location;

    if (ngx_array_init(&gmcf->guarded, cf->temp_pool, 4,
                       sizeof(ngx_http_upstream_srv_conf_t *))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        uscf = ngx_http_citrix_guard_location_upstream(cf, &location[i]);

        if (uscf == NULL
            || ngx_http_citrix_guard_location_conf(&location[i])->mode
               == NGX_HTTP_CITRIX_GUARD_OFF)
        {
            continue;
        }

        known = gmcf->guarded.elts;

        for (j = 0; j < gmcf->guarded.nelts; j++) {
            if (known[j] == uscf) {
                break;
            }
        }

        if (j < gmcf->guarded.nelts) {
            continue;
        }

        known = ngx_array_push(&gmcf->guarded);
        if (known == NULL) {
            return NGX_ERROR;
        }

        *known = uscf;
    }

    return NGX_OK;
}


static void
ngx_http_citrix_guard_check_unguarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    ngx_uint_t                          i;
    ngx_http_core_loc_conf_t           *clcf;
    ngx_http_upstream_srv_conf_t       *uscf, **guarded;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);
    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    uscf = ngx_http_citrix_guard_location_upstream(cf, location);

    if (uscf == NULL) {
        return;
    }

    /* "if" and "limit_except" would repeat the warnings of their location */

    if (clcf->noname && uscf == gmcf->unguarded) {
        return;
    }

    guarded = gmcf->guarded.elts;

    for (i = 0; i < gmcf->guarded.nelts; i++) {
        if (ngx_http_citrix_guard_same_upstream(uscf, guarded[i])) {
            gmcf->unguarded = uscf;

            ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location,
                "is not guarded, but leads to an upstream that is guarded "
                "elsewhere: set \"citrix_guard on\" there, too");
            return;
        }
    }
}


/* the same upstream, or one that shares an address with it */

static ngx_uint_t
ngx_http_citrix_guard_same_upstream(ngx_http_upstream_srv_conf_t *one,
    ngx_http_upstream_srv_conf_t *two)
{
    ngx_uint_t  n;
    ngx_addr_t  addr;

    if (one == two) {
        return 1;
    }

    for (n = 0; ngx_http_citrix_guard_upstream_address(one, n, &addr); n++) {
        if (ngx_http_citrix_guard_upstream_has_address(two, &addr)) {
            return 1;
        }
    }

    return 0;
}


static ngx_http_upstream_srv_conf_t *
ngx_http_citrix_guard_location_upstream(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    ngx_uint_t                 m;
    ngx_http_upstream_conf_t  *ucf;

    for (m = 0; cf->cycle->modules[m]; m++) {
        ucf = ngx_http_citrix_guard_upstream_conf(cf->cycle->modules[m],
                                                  location->loc_conf);

        if (ucf && ucf->upstream) {
            return ucf->upstream;
        }
    }

    return NULL;
}


static ngx_http_citrix_guard_loc_conf_t *
ngx_http_citrix_guard_location_conf(ngx_http_citrix_guard_location_t *location)
{
    return location->loc_conf[ngx_http_citrix_guard_module.ctx_index];
}
