
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Upstreams that are guarded in one location and not in another.  Two that
 * share an address count as one.
 */


#include "http/base/ngx_http_citrix_guard_location.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_check_upstreams.h"


static ngx_uint_t ngx_http_citrix_guard_same_upstream(
    ngx_http_upstream_srv_conf_t *one, ngx_http_upstream_srv_conf_t *two);
static ngx_uint_t ngx_http_citrix_guard_address(
    ngx_http_upstream_srv_conf_t *uscf, ngx_uint_t n, ngx_addr_t *addr);
static ngx_http_upstream_srv_conf_t *ngx_http_citrix_guard_upstream(
    ngx_conf_t *cf, ngx_http_citrix_guard_location_t *location);


/* the upstreams that are guarded somewhere */

ngx_int_t
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

        uscf = ngx_http_citrix_guard_upstream(cf, &location[i]);

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


void
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
    uscf = ngx_http_citrix_guard_upstream(cf, location);

    if (uscf == NULL) {
        return;
    }

    /* "if" and "limit_except" repeat what was said of their location */

    if (clcf->noname && uscf == gmcf->unguarded) {
        return;
    }

    guarded = gmcf->guarded.elts;

    for (i = 0; i < gmcf->guarded.nelts; i++) {
        if (ngx_http_citrix_guard_same_upstream(uscf, guarded[i])) {
            gmcf->unguarded = uscf;

            ngx_http_citrix_guard_log_location(cf, NGX_LOG_WARN, location,
                "is not guarded, but leads to an upstream that is guarded "
                "elsewhere: set \"citrix_guard on\" there, too");
            return;
        }
    }
}


/* the same upstream, or one with an address in common */

static ngx_uint_t
ngx_http_citrix_guard_same_upstream(ngx_http_upstream_srv_conf_t *one,
    ngx_http_upstream_srv_conf_t *two)
{
    ngx_uint_t  n;
    ngx_addr_t  addr;

    if (one == two) {
        return 1;
    }

    for (n = 0; ngx_http_citrix_guard_address(one, n, &addr); n++) {
        if (ngx_http_citrix_guard_has_address(two, &addr)) {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_http_citrix_guard_has_address(ngx_http_upstream_srv_conf_t *uscf,
    ngx_addr_t *addr)
{
    ngx_uint_t  n;
    ngx_addr_t  other;

    for (n = 0; ngx_http_citrix_guard_address(uscf, n, &other); n++) {
        if (ngx_cmp_sockaddr(addr->sockaddr, addr->socklen, other.sockaddr,
                             other.socklen, 1)
            == NGX_OK)
        {
            return 1;
        }
    }

    return 0;
}


/*
 * The n-th address of an upstream.  One that proxy_pass has made of a name
 * has no servers, but the peers that nginx has made of it.
 */

static ngx_uint_t
ngx_http_citrix_guard_address(ngx_http_upstream_srv_conf_t *uscf,
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


static ngx_http_upstream_srv_conf_t *
ngx_http_citrix_guard_upstream(ngx_conf_t *cf,
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
