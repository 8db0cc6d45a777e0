
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
static ngx_uint_t ngx_stream_citrix_guard_protocol(ngx_stream_session_t *s);
static ngx_uint_t ngx_stream_citrix_guard_why(ngx_stream_session_t *s);
static const char *ngx_stream_citrix_guard_protocol_name(
    ngx_uint_t protocol);
static const char *ngx_stream_citrix_guard_why_name(ngx_uint_t why);


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
    ngx_uint_t  p, w;

    for (p = 0; p < CGUARD_SESSION_PROTOCOLS; p++) {
        for (w = 1; w < ngx_stream_citrix_guard_reasons; w++) {
            gmcf->rows[p][w] = (u_char) cguard_front_row(gmcf->front,
                                     ngx_stream_citrix_guard_protocol_name(p),
                                     ngx_stream_citrix_guard_why_name(w));
        }
    }
}


/* what is not known yet has the place of UDP */

static const char *
ngx_stream_citrix_guard_protocol_name(ngx_uint_t protocol)
{
    return protocol == CGUARD_SESSION_MORE ? "udp"
                                           : cguard_session_name(protocol);
}


static const char *
ngx_stream_citrix_guard_why_name(ngx_uint_t why)
{
    return why < CGUARD_SESSION_REASONS
           ? cguard_session_why(why)
           : ngx_stream_citrix_guard_own[why - CGUARD_SESSION_REASONS];
}


static ngx_int_t
ngx_stream_citrix_guard_front_handler(ngx_stream_session_t *s)
{
    ngx_uint_t                            why;
    ngx_time_t                           *now;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    why = ngx_stream_citrix_guard_why(s);

    if (why == CGUARD_SESSION_PASS) {
        return NGX_OK;
    }

    gmcf = ngx_stream_get_module_main_conf(s, ngx_stream_citrix_guard_module);
    now = ngx_timeofday();

    cguard_front_count(gmcf->front,
                       gmcf->rows[ngx_stream_citrix_guard_protocol(s)][why],
                       (uint64_t) now->sec * 1000 + now->msec);

    return NGX_OK;
}


void
ngx_stream_citrix_guard_front_refuse(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_uint_t level,
    cguard_session_reason_e reason)
{
    ctx->reason = reason;

    ngx_log_error(level, s->connection->log, 0,
                  "citrix_guard: closed protocol=%s why=%s: %s",
                  cguard_session_name(ctx->protocol),
                  cguard_session_why(reason),
                  cguard_session_reason_text(reason));
}


const char *
ngx_stream_citrix_guard_front_why(ngx_stream_session_t *s)
{
    ngx_uint_t  why;

    why = ngx_stream_citrix_guard_why(s);

    return why == CGUARD_SESSION_PASS ? NULL
                                      : ngx_stream_citrix_guard_why_name(why);
}


const char *
ngx_stream_citrix_guard_front_protocol(ngx_stream_session_t *s)
{
    return ngx_stream_citrix_guard_protocol_name(
                                         ngx_stream_citrix_guard_protocol(s));
}


static ngx_uint_t
ngx_stream_citrix_guard_protocol(ngx_stream_session_t *s)
{
    ngx_stream_citrix_guard_ctx_t  *ctx;

    if (s->connection->type == SOCK_DGRAM) {
        return CGUARD_SESSION_MORE;
    }

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    return ctx && ctx->protocol != CGUARD_SESSION_MORE ? ctx->protocol
                                                       : CGUARD_SESSION_HTTP;
}


static ngx_uint_t
ngx_stream_citrix_guard_why(ngx_stream_session_t *s)
{
    ngx_stream_citrix_guard_ctx_t  *ctx;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

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
