
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts sessions that were turned away, by protocol and reason: the module's
 * own reasons, and nginx's, by the status with which it ends a session.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session.h"
#include "cguard/session/cguard_session_types.h"
#include "cguard/zone/cguard_front.h"
#include "ngx_stream_citrix_guard_front.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_core_module


/* after the module's own reasons */

typedef enum {
    ngx_stream_citrix_guard_limit = CGUARD_SESSION_REASONS,
    ngx_stream_citrix_guard_denied,
    ngx_stream_citrix_guard_upstream,
    ngx_stream_citrix_guard_tls,
    ngx_stream_citrix_guard_reasons
} ngx_stream_citrix_guard_reason_e;


static const char *const  ngx_stream_citrix_guard_own[] = {
    "limit", "denied", "upstream", "tls"
};


static ngx_int_t ngx_stream_citrix_guard_init_front(ngx_shm_zone_t *shm_zone,
    void *data);
static void ngx_stream_citrix_guard_name_rows(
    ngx_stream_citrix_guard_main_conf_t *gmcf);
static ngx_int_t ngx_stream_citrix_guard_front_handler(
    ngx_stream_session_t *s);
static ngx_uint_t ngx_stream_citrix_guard_why(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx);


ngx_int_t
ngx_stream_citrix_guard_front_init(ngx_conf_t *cf)
{
    ngx_str_t                             name;
    ngx_shm_zone_t                       *shm_zone;
    ngx_stream_handler_pt                *h;
    ngx_stream_core_main_conf_t          *cmcf;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);

    if (!gmcf->active) {
        return NGX_OK;
    }

    ngx_str_set(&name, "citrix_guard_front");

    shm_zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize,
                                     &ngx_stream_citrix_guard_module);
    if (shm_zone == NULL) {
        return NGX_ERROR;
    }

    shm_zone->init = ngx_stream_citrix_guard_init_front;
    shm_zone->data = gmcf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_STREAM_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_stream_citrix_guard_front_handler;

    return NGX_OK;
}


static ngx_int_t
ngx_stream_citrix_guard_init_front(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t                      *pool;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = shm_zone->data;
    pool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (data == NULL && !shm_zone->shm.exists) {

        pool->data = ngx_slab_alloc(pool, sizeof(cguard_front_t));
        if (pool->data == NULL) {
            return NGX_ERROR;
        }

        cguard_front_init(pool->data);
    }

    gmcf->front = pool->data;

    if (!cguard_front_fits(gmcf->front)) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "citrix_guard: the zone \"%V\" is of another version: "
                      "restart nginx", &shm_zone->shm.name);
        return NGX_ERROR;
    }

    ngx_stream_citrix_guard_name_rows(gmcf);

    return NGX_OK;
}


static void
ngx_stream_citrix_guard_name_rows(ngx_stream_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t   p, w;
    const char  *why, *protocol;

    for (p = 0; p < CGUARD_SESSION_PROTOCOLS; p++) {

        /* an unknown protocol is counted as UDP */

        protocol = p == CGUARD_SESSION_MORE ? "udp" : cguard_session_name(p);

        for (w = 1; w < ngx_stream_citrix_guard_reasons; w++) {
            why = w < CGUARD_SESSION_REASONS
                  ? cguard_session_why(w)
                  : ngx_stream_citrix_guard_own[w - CGUARD_SESSION_REASONS];

            gmcf->rows[p][w] = (u_char) cguard_front_row(gmcf->front, protocol,
                                                         why);
        }
    }
}


static ngx_int_t
ngx_stream_citrix_guard_front_handler(ngx_stream_session_t *s)
{
    ngx_uint_t                            why, protocol;
    ngx_time_t                           *now;
    ngx_stream_citrix_guard_ctx_t        *ctx;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);
    why = ngx_stream_citrix_guard_why(s, ctx);

    if (why == CGUARD_SESSION_PASS) {
        return NGX_OK;
    }

    protocol = CGUARD_SESSION_HTTP;

    if (s->connection->type == SOCK_DGRAM) {
        protocol = CGUARD_SESSION_MORE;

    } else if (ctx && ctx->protocol != CGUARD_SESSION_MORE) {
        protocol = ctx->protocol;
    }

    gmcf = ngx_stream_get_module_main_conf(s, ngx_stream_citrix_guard_module);
    now = ngx_timeofday();

    cguard_front_count(gmcf->front, gmcf->rows[protocol][why],
                       (uint64_t) now->sec * 1000 + now->msec);

    return NGX_OK;
}


static ngx_uint_t
ngx_stream_citrix_guard_why(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx)
{
    if (ctx && ctx->reason != CGUARD_SESSION_PASS) {
        return ctx->reason;
    }

    switch (s->status) {

    case NGX_STREAM_SERVICE_UNAVAILABLE:
        return ngx_stream_citrix_guard_limit;

    case NGX_STREAM_FORBIDDEN:
        return ngx_stream_citrix_guard_denied;

    case NGX_STREAM_BAD_GATEWAY:
        return ngx_stream_citrix_guard_upstream;

    default:
        break;
    }

#if (NGX_STREAM_SSL)

    if (s->status == NGX_STREAM_INTERNAL_SERVER_ERROR
        && s->connection->ssl && !s->connection->ssl->handshaked)
    {
        return ngx_stream_citrix_guard_tls;
    }

#endif

    return CGUARD_SESSION_PASS;
}
