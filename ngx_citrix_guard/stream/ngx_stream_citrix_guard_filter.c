
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Checks what follows a signature before it is sent to the other side.  The
 * first piece that does not fit ends the session, and is not sent.  Of the
 * ADC's bytes only the beginning of its own signature is held back, until the
 * signature is complete.  Once both sides have greeted each other, nothing is
 * checked any more.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session.h"
#include "cguard/session/cguard_session_types.h"
#include "ngx_stream_citrix_guard_filter.h"
#include "ngx_stream_citrix_guard_front.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_top_filter


static ngx_int_t ngx_stream_citrix_guard_filter(ngx_stream_session_t *s,
    ngx_chain_t *chain, ngx_uint_t from_upstream);
static void ngx_stream_citrix_guard_wait(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx);
static void ngx_stream_citrix_guard_slow_handler(ngx_event_t *ev);
static cguard_session_reason_e ngx_stream_citrix_guard_check_client(
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_chain_t *chain);
static cguard_session_reason_e ngx_stream_citrix_guard_check_buffer(
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_buf_t *b);
static ngx_int_t ngx_stream_citrix_guard_check_server(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_chain_t *chain);
static ngx_chain_t **ngx_stream_citrix_guard_add_before(ngx_pool_t *pool,
    ngx_chain_t **last, cguard_session_shown_t *shown);


static ngx_stream_filter_pt  ngx_stream_next_filter;


void
ngx_stream_citrix_guard_filter_init(void)
{
    ngx_stream_next_filter = ngx_stream_top_filter;
    ngx_stream_top_filter = ngx_stream_citrix_guard_filter;
}


static ngx_int_t
ngx_stream_citrix_guard_filter(ngx_stream_session_t *s, ngx_chain_t *chain,
    ngx_uint_t from_upstream)
{
    ngx_int_t                       rc;
    cguard_session_reason_e         reason;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ctx == NULL || !ctx->session.watch) {
        return ngx_stream_next_filter(s, chain, from_upstream);
    }

    if (!ctx->greeting) {
        ngx_stream_citrix_guard_wait(s, ctx);
    }

    if (from_upstream) {
        rc = ngx_stream_citrix_guard_check_server(s, ctx, chain);

    } else {
        reason = ngx_stream_citrix_guard_check_client(ctx, chain);

        if (reason != CGUARD_SESSION_PASS) {
            ngx_stream_citrix_guard_front_refuse(s, ctx, NGX_LOG_WARN, reason);
            return NGX_ERROR;
        }

        rc = ngx_stream_next_filter(s, chain, 0);
    }

    if (!ctx->session.watch && ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }

    return rc;
}


/* the timer is free: the protocol is known */

static void
ngx_stream_citrix_guard_wait(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx)
{
    ctx->greeting = 1;
    ctx->timer.handler = ngx_stream_citrix_guard_slow_handler;

    ngx_add_timer(&ctx->timer, ctx->answer_timeout);
}


/* ends the session as the proxy module does after a timeout */

static void
ngx_stream_citrix_guard_slow_handler(ngx_event_t *ev)
{
    ngx_event_t           *wev;
    ngx_stream_session_t  *s;

    s = ev->data;
    wev = s->connection->write;

    ngx_stream_citrix_guard_front_refuse(s,
        ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module),
        NGX_LOG_WARN, CGUARD_SESSION_SLOW);

    wev->timedout = 1;
    wev->delayed = 0;

    wev->handler(wev);
}


static cguard_session_reason_e
ngx_stream_citrix_guard_check_client(ngx_stream_citrix_guard_ctx_t *ctx,
    ngx_chain_t *chain)
{
    ngx_chain_t              *cl;
    cguard_session_reason_e   reason;

    for (cl = chain; cl; cl = cl->next) {
        reason = ngx_stream_citrix_guard_check_buffer(ctx, cl->buf);

        if (reason != CGUARD_SESSION_PASS) {
            return reason;
        }
    }

    return CGUARD_SESSION_PASS;
}


/*
 * The signature goes first, in one buffer or several; it was judged when it
 * was read ahead.  Before it there may be the header of the PROXY protocol,
 * which begins differently from any signature, and the empty buffer of bytes
 * that nginx 1.25.5 and newer has only peeked at.
 */

static cguard_session_reason_e
ngx_stream_citrix_guard_check_buffer(ngx_stream_citrix_guard_ctx_t *ctx,
    ngx_buf_t *b)
{
    size_t   n;
    u_char  *p;

    p = b->pos;

    if (!ctx->started) {

        if (p == b->last || *p != ctx->first) {
            return CGUARD_SESSION_PASS;
        }

        ctx->started = 1;
    }

    n = ngx_min(ctx->signature, (size_t) (b->last - p));

    ctx->signature -= n;
    p += n;

    return cguard_session_client(&ctx->session, p, b->last - p);
}


/*
 * The chain stays the proxy module's, which counts a buffer as sent when it is
 * empty.  Bytes that are held back are removed from its end, and sent later in
 * a buffer of our own.
 */

static ngx_int_t
ngx_stream_citrix_guard_check_server(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_chain_t *chain)
{
    ngx_buf_t                *b;
    ngx_chain_t              *cl, *out, **last;
    cguard_session_shown_t    shown;
    cguard_session_reason_e   reason;

    out = NULL;
    last = &out;

    for (cl = chain; cl; cl = cl->next) {
        b = cl->buf;

        reason = cguard_session_server(&ctx->session, b->pos, b->last - b->pos,
                                       &shown);

        if (reason != CGUARD_SESSION_PASS) {
            ngx_stream_citrix_guard_front_refuse(s, ctx, NGX_LOG_WARN, reason);
            return NGX_ERROR;
        }

        if (shown.before_len) {
            last = ngx_stream_citrix_guard_add_before(s->connection->pool,
                                                      last, &shown);
            if (last == NULL) {
                return NGX_ERROR;
            }
        }

        b->last -= shown.kept;

        if (shown.kept && b->pos == b->last) {

            /* only its flags are left, which say that it was the last */

            b->temporary = 0;
            b->flush = 1;
        }

        *last = ngx_alloc_chain_link(s->connection->pool);
        if (*last == NULL) {
            return NGX_ERROR;
        }

        (*last)->buf = b;
        (*last)->next = NULL;
        last = &(*last)->next;
    }

    return ngx_stream_next_filter(s, out, 1);
}


static ngx_chain_t **
ngx_stream_citrix_guard_add_before(ngx_pool_t *pool, ngx_chain_t **last,
    cguard_session_shown_t *shown)
{
    ngx_buf_t  *b;

    b = ngx_create_temp_buf(pool, shown->before_len);
    if (b == NULL) {
        return NULL;
    }

    b->last = ngx_cpymem(b->last, shown->before, shown->before_len);

    *last = ngx_alloc_chain_link(pool);
    if (*last == NULL) {
        return NULL;
    }

    (*last)->buf = b;
    (*last)->next = NULL;

    return &(*last)->next;
}
