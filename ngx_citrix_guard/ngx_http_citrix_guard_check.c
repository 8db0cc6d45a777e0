
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What "nginx -t" warns of: the ways round the guard that a configuration
 * shows.  Only what would defeat "citrix_guard on" is refused.
 *
 * The configuration of nginx's own modules is private to them, but the
 * offsets in their command tables are not, and the modules that talk to an
 * upstream begin their location's configuration with ngx_http_upstream_conf_t.
 */


#include "ngx_http_citrix_guard_module.h"


static ngx_int_t ngx_http_citrix_guard_check_place(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place);
static ngx_int_t ngx_http_citrix_guard_check_tunnel(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place);
static void ngx_http_citrix_guard_check_server(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place);
static void ngx_http_citrix_guard_check_upgrade(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place);
static void ngx_http_citrix_guard_check_protocol(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place);
static void ngx_http_citrix_guard_check_unguarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place);
static ngx_http_citrix_guard_place_t *ngx_http_citrix_guard_guarded(
    ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *uscf);
static ngx_uint_t ngx_http_citrix_guard_same_upstream(
    ngx_http_upstream_srv_conf_t *one, ngx_http_upstream_srv_conf_t *two);
static ngx_http_upstream_srv_conf_t *ngx_http_citrix_guard_upstream(
    ngx_conf_t *cf, ngx_http_citrix_guard_place_t *place);
static ngx_module_t *ngx_http_citrix_guard_find_module(ngx_conf_t *cf,
    const char *name);
static void *ngx_http_citrix_guard_field(ngx_module_t *module,
    void **loc_conf, const char *directive);
static void ngx_http_citrix_guard_say(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_place_t *place, const char *text);
static ngx_http_citrix_guard_loc_conf_t *ngx_http_citrix_guard_conf(
    ngx_http_citrix_guard_place_t *place);


static const char  *ngx_http_citrix_guard_upstream_modules[] = {
    "ngx_http_proxy_module",
    "ngx_http_fastcgi_module",
    "ngx_http_uwsgi_module",
    "ngx_http_scgi_module",
    "ngx_http_grpc_module",
    "ngx_http_memcached_module",
    "ngx_http_tunnel_module",
    NULL
};


ngx_int_t
ngx_http_citrix_guard_check(ngx_conf_t *cf)
{
    ngx_uint_t                          i;
    ngx_http_citrix_guard_place_t      *place;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);
    place = gmcf->places.elts;

    for (i = 0; i < gmcf->places.nelts; i++) {
        if (ngx_http_citrix_guard_check_place(cf, &place[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_check_place(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    if (ngx_http_citrix_guard_conf(place)->mode
        == NGX_HTTP_CITRIX_GUARD_OFF)
    {
        ngx_http_citrix_guard_check_unguarded(cf, place);
        return NGX_OK;
    }

    if (ngx_http_citrix_guard_check_tunnel(cf, place) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_citrix_guard_check_server(cf, place);
    ngx_http_citrix_guard_check_upgrade(cf, place);
    ngx_http_citrix_guard_check_protocol(cf, place);

    return NGX_OK;
}


/* behind tunnel_pass there is nothing to judge */

static ngx_int_t
ngx_http_citrix_guard_check_tunnel(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    void                      **next;
    ngx_module_t               *module;
    ngx_http_upstream_conf_t   *ucf;

    module = ngx_http_citrix_guard_find_module(cf, "ngx_http_tunnel_module");

    if (module == NULL) {
        return NGX_OK;
    }

    ucf = place->loc_conf[module->ctx_index];

    /* the compiled variables of tunnel_pass come next */

    next = (void **) (ucf + 1);

    if (ucf->upstream == NULL && *next == NULL) {
        return NGX_OK;
    }

    if (ngx_http_citrix_guard_conf(place)->mode
        == NGX_HTTP_CITRIX_GUARD_DETECT)
    {
        ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
            "has \"tunnel_pass\": what goes through a tunnel is not seen");
        return NGX_OK;
    }

    ngx_http_citrix_guard_say(cf, NGX_LOG_EMERG, place,
        "has \"tunnel_pass\", through which anything leaves unseen: "
        "remove it, or set \"citrix_guard off\" there");

    return NGX_ERROR;
}


/*
 * Headers that nginx drops by default, and CGI takes for NSC_USER; and a log
 * that hides the refusals, as nginx's default level does.
 */

static void
ngx_http_citrix_guard_check_server(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_core_srv_conf_t  *cscf;

    clcf = place->loc_conf[ngx_http_core_module.ctx_index];
    cscf = place->srv_conf[ngx_http_core_module.ctx_index];

    /* once a server */

    if (clcf->name.len || clcf->noname || cscf->server_names.nelts == 0) {
        return;
    }

    if (cscf->underscores_in_headers) {
        ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
            "has \"underscores_in_headers on\", which lets NSC_USER through "
            "to the ADC: leave it off");
    }

    if (!cscf->ignore_invalid_headers) {
        ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
            "has \"ignore_invalid_headers off\", which lets spellings of "
            "NSC_USER through to the ADC: leave it on");
    }

    if (clcf->error_log->log_level
        < ngx_http_citrix_guard_conf(place)->log_level)
    {
        ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
            "hides the guard's log lines: raise the level of \"error_log\" "
            "to that of \"citrix_guard_log_level\", \"warn\" by default");
    }
}


static void
ngx_http_citrix_guard_check_upgrade(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    ngx_uint_t      i;
    ngx_array_t   **headers;
    ngx_module_t   *module;
    ngx_keyval_t   *kv;

    module = ngx_http_citrix_guard_find_module(cf, "ngx_http_proxy_module");

    if (module == NULL
        || ngx_http_citrix_guard_upstream(cf, place) == NULL)
    {
        return;
    }

    headers = ngx_http_citrix_guard_field(module, place->loc_conf,
                                          "proxy_set_header");

    if (headers == NULL || *headers == NULL
        || *headers == NGX_CONF_UNSET_PTR)
    {
        return;
    }

    kv = (*headers)->elts;

    for (i = 0; i < (*headers)->nelts; i++) {

        if (kv[i].key.len == 7
            && ngx_strncasecmp(kv[i].key.data, (u_char *) "upgrade", 7) == 0
            && ngx_strnstr(kv[i].value.data, "$http_upgrade",
                           kv[i].value.len))
        {
            ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
                "forwards any \"Upgrade\": map $http_upgrade to a value "
                "that is \"websocket\" or empty");
            return;
        }
    }
}


static void
ngx_http_citrix_guard_check_protocol(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    ngx_uint_t                *version;
    ngx_module_t              *module;
    ngx_http_upstream_conf_t  *ucf;

    module = ngx_http_citrix_guard_find_module(cf, "ngx_http_grpc_module");

    if (module) {
        ucf = place->loc_conf[module->ctx_index];

        if (ucf->upstream) {
            ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
                "has \"grpc_pass\": what is forwarded is judged before it "
                "is written as HTTP/2, and no more behind it");
        }
    }

    module = ngx_http_citrix_guard_find_module(cf, "ngx_http_proxy_module");

    if (module == NULL
        || ngx_http_citrix_guard_upstream(cf, place) == NULL)
    {
        return;
    }

    version = ngx_http_citrix_guard_field(module, place->loc_conf,
                                          "proxy_http_version");

    if (version && *version == 2000) {
        ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
            "has \"proxy_http_version 2\": what is forwarded is judged "
            "before it is written as HTTP/2, and no more behind it");
    }
}


static void
ngx_http_citrix_guard_check_unguarded(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    ngx_http_upstream_srv_conf_t   *uscf;
    ngx_http_citrix_guard_place_t  *guarded;

    uscf = ngx_http_citrix_guard_upstream(cf, place);

    if (uscf == NULL) {
        return;
    }

    guarded = ngx_http_citrix_guard_guarded(cf, uscf);

    if (guarded) {
        ngx_http_citrix_guard_say(cf, NGX_LOG_WARN, place,
            "is not guarded, but leads to an upstream that is guarded "
            "elsewhere: set \"citrix_guard on\" there, too");
    }
}


static ngx_http_citrix_guard_place_t *
ngx_http_citrix_guard_guarded(ngx_conf_t *cf,
    ngx_http_upstream_srv_conf_t *uscf)
{
    ngx_uint_t                          i;
    ngx_http_upstream_srv_conf_t       *other;
    ngx_http_citrix_guard_place_t      *place;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);
    place = gmcf->places.elts;

    for (i = 0; i < gmcf->places.nelts; i++) {

        if (ngx_http_citrix_guard_conf(&place[i])->mode
            == NGX_HTTP_CITRIX_GUARD_OFF)
        {
            continue;
        }

        other = ngx_http_citrix_guard_upstream(cf, &place[i]);

        if (other && ngx_http_citrix_guard_same_upstream(uscf, other)) {
            return &place[i];
        }
    }

    return NULL;
}


/* the same upstream, or one with an address in common */

static ngx_uint_t
ngx_http_citrix_guard_same_upstream(ngx_http_upstream_srv_conf_t *one,
    ngx_http_upstream_srv_conf_t *two)
{
    ngx_uint_t                   i, j, k, n;
    ngx_http_upstream_server_t  *a, *b;

    if (one == two) {
        return 1;
    }

    if (one->servers == NULL || two->servers == NULL) {
        return 0;
    }

    a = one->servers->elts;
    b = two->servers->elts;

    for (i = 0; i < one->servers->nelts; i++) {
        for (j = 0; j < two->servers->nelts; j++) {
            for (k = 0; k < a[i].naddrs; k++) {
                for (n = 0; n < b[j].naddrs; n++) {
                    if (ngx_cmp_sockaddr(a[i].addrs[k].sockaddr,
                                         a[i].addrs[k].socklen,
                                         b[j].addrs[n].sockaddr,
                                         b[j].addrs[n].socklen, 1)
                        == NGX_OK)
                    {
                        return 1;
                    }
                }
            }
        }
    }

    return 0;
}


static ngx_http_upstream_srv_conf_t *
ngx_http_citrix_guard_upstream(ngx_conf_t *cf,
    ngx_http_citrix_guard_place_t *place)
{
    ngx_uint_t                 m;
    ngx_http_upstream_conf_t  *ucf;

    for (m = 0; cf->cycle->modules[m]; m++) {
        ucf = ngx_http_citrix_guard_upstream_conf(cf->cycle->modules[m],
                                                  place->loc_conf);

        if (ucf && ucf->upstream) {
            return ucf->upstream;
        }
    }

    return NULL;
}


ngx_http_upstream_conf_t *
ngx_http_citrix_guard_upstream_conf(ngx_module_t *module, void **loc_conf)
{
    const char  **name;

    if (module->type != NGX_HTTP_MODULE) {
        return NULL;
    }

    for (name = ngx_http_citrix_guard_upstream_modules; *name; name++) {
        if (ngx_strcmp(module->name, *name) == 0) {
            return loc_conf[module->ctx_index];
        }
    }

    return NULL;
}


static ngx_module_t *
ngx_http_citrix_guard_find_module(ngx_conf_t *cf, const char *name)
{
    ngx_uint_t  m;

    for (m = 0; cf->cycle->modules[m]; m++) {
        if (ngx_strcmp(cf->cycle->modules[m]->name, name) == 0) {
            return cf->cycle->modules[m];
        }
    }

    return NULL;
}


/* where a module keeps the value of its directive */

static void *
ngx_http_citrix_guard_field(ngx_module_t *module, void **loc_conf,
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


static void
ngx_http_citrix_guard_say(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_place_t *place, const char *text)
{
    ngx_str_t                  none = ngx_string("");
    ngx_str_t                 *location;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_core_srv_conf_t  *cscf;

    clcf = place->loc_conf[ngx_http_core_module.ctx_index];
    cscf = place->srv_conf[ngx_http_core_module.ctx_index];

    location = clcf->name.len ? &clcf->name : &none;

    ngx_log_error(level, cf->log, 0,
                  "citrix_guard: %s%V%s server \"%V\" (%s:%ui) %s",
                  location->len ? "location \"" : "", location,
                  location->len ? "\" of" : clcf->noname ? "a block in" : "the",
                  &cscf->server_name,
                  cscf->file_name ? (char *) cscf->file_name : "-",
                  cscf->line, text);
}


static ngx_http_citrix_guard_loc_conf_t *
ngx_http_citrix_guard_conf(ngx_http_citrix_guard_place_t *place)
{
    return place->loc_conf[ngx_http_citrix_guard_module.ctx_index];
}
