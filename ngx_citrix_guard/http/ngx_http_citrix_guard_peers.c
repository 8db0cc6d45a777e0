
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The peer.init of each upstream, which the egress check stands in for.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_peers.h"
#include "http/base/ngx_http_citrix_guard_types.h"


typedef struct {
    ngx_http_upstream_srv_conf_t   *uscf;
    ngx_http_upstream_init_peer_pt  init;
} ngx_http_citrix_guard_peer_t;


static int ngx_libc_cdecl ngx_http_citrix_guard_cmp_peers(const void *one,
    const void *two);
static void ngx_http_citrix_guard_keep_init_peer(
    ngx_http_citrix_guard_main_conf_t *gmcf);


ngx_int_t
ngx_http_citrix_guard_wrap_peers(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_http_upstream_init_peer_pt init)
{
    ngx_uint_t                      i;
    ngx_http_citrix_guard_peer_t   *peer;
    ngx_http_upstream_srv_conf_t  **uscf;
    ngx_http_upstream_main_conf_t  *umcf;

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);
    uscf = umcf->upstreams.elts;

    if (ngx_array_init(&gmcf->peers, cf->pool, umcf->upstreams.nelts + 1,
                       sizeof(ngx_http_citrix_guard_peer_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < umcf->upstreams.nelts; i++) {

        /* a name in a variable proxy_pass only */

        if (uscf[i]->peer.init == NULL) {
            continue;
        }

        peer = ngx_array_push(&gmcf->peers);
        if (peer == NULL) {
            return NGX_ERROR;
        }

        peer->uscf = uscf[i];
        peer->init = uscf[i]->peer.init;

        uscf[i]->peer.init = init;
    }

    ngx_qsort(gmcf->peers.elts, gmcf->peers.nelts,
              sizeof(ngx_http_citrix_guard_peer_t),
              ngx_http_citrix_guard_cmp_peers);

    ngx_http_citrix_guard_keep_init_peer(gmcf);

    return NGX_OK;
}


/* if all upstreams have the same one, as nearly always, nobody has to search */

static void
ngx_http_citrix_guard_keep_init_peer(ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i;
    ngx_http_citrix_guard_peer_t      *peer;
    ngx_http_citrix_guard_loc_conf_t  *glcf;
    ngx_http_citrix_guard_location_t  *location;

    peer = gmcf->peers.elts;

    for (i = 0; i < gmcf->peers.nelts; i++) {
        if (peer[i].init != peer[0].init) {
            return;
        }
    }

    if (i == 0) {
        return;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {
        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        glcf->init_peer = peer[0].init;
    }
}


static int ngx_libc_cdecl
ngx_http_citrix_guard_cmp_peers(const void *one, const void *two)
{
    const ngx_http_citrix_guard_peer_t  *first = one;
    const ngx_http_citrix_guard_peer_t  *second = two;

    if (first->uscf == second->uscf) {
        return 0;
    }

    return (uintptr_t) first->uscf < (uintptr_t) second->uscf ? -1 : 1;
}


ngx_http_upstream_init_peer_pt
ngx_http_citrix_guard_original_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_uint_t                          low, high, n;
    ngx_http_citrix_guard_peer_t       *peer;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    peer = gmcf->peers.elts;
    low = 0;
    high = gmcf->peers.nelts;

    while (low < high) {
        n = low + (high - low) / 2;

        if (peer[n].uscf == us) {
            return peer[n].init;
        }

        if ((uintptr_t) peer[n].uscf < (uintptr_t) us) {
            low = n + 1;

        } else {
            high = n;
        }
    }

    return NULL;
}
