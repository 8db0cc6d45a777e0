
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A silent client occupies one of the worker's connections at no cost to
 * itself.  Until its protocol is known the connection is "reusable", like the
 * keepalive connections of http: when a worker runs out of connections, nginx
 * closes the oldest of these.
 *
 * nginx signals this with an event, which neither the TLS handshake nor the
 * phases of stream check.  Both set their own handler whenever they wait, so
 * ours is put in front of it afterwards, in an event that runs after the
 * current ones.  If neither of them waits then, the session went on without
 * our phase: in a server without "citrix_guard_preread", which a TLS client can
 * name since nginx 1.25.5, or because another module has ended the phase.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session_types.h"
#include "ngx_stream_citrix_guard_front.h"
#include "ngx_stream_citrix_guard_silent.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_finalize_session
#pragma weak ngx_stream_session_handler


static void ngx_stream_citrix_guard_wait_handler(ngx_event_t *ev);
static ngx_uint_t ngx_stream_citrix_guard_waits(ngx_stream_session_t *s);
static void ngx_stream_citrix_guard_silent_handler(ngx_event_t *rev);
static void ngx_stream_citrix_guard_end_silent(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx);


void
ngx_stream_citrix_guard_lend(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx)
{
    ctx->wait.handler = ngx_stream_citrix_guard_wait_handler;
    ctx->wait.data = s;
    ctx->wait.log = s->connection->log;

    ngx_post_event(&ctx->wait, &ngx_posted_events);
}


void
ngx_stream_citrix_guard_take_back(ngx_connection_t *c,
    ngx_stream_citrix_guard_ctx_t *ctx)
{
    if (ctx->wait.posted) {
        ngx_delete_posted_event(&ctx->wait);
    }

    if (c->reusable) {
        ngx_reusable_connection(c, 0);
    }

    if (c->read->handler == ngx_stream_citrix_guard_silent_handler) {
        c->read->handler = ctx->read;
    }
}


static void
ngx_stream_citrix_guard_wait_handler(ngx_event_t *ev)
{
    ngx_event_t                    *rev;
    ngx_stream_session_t           *s;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    s = ev->data;
    rev = s->connection->read;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (rev->handler == ngx_stream_citrix_guard_silent_handler) {
        return;
    }

    if (!ngx_stream_citrix_guard_waits(s)) {
        ngx_stream_citrix_guard_take_back(s->connection, ctx);
        return;
    }

    ctx->read = rev->handler;
    rev->handler = ngx_stream_citrix_guard_silent_handler;

    ngx_reusable_connection(s->connection, 1);
}


/* in a phase, or in the TLS handshake, and still in stream */

static ngx_uint_t
ngx_stream_citrix_guard_waits(ngx_stream_session_t *s)
{
    ngx_connection_t  *c;

    c = s->connection;

    if (c->data != s) {
        return 0;
    }

#if (NGX_STREAM_SSL)

    if (c->ssl && !c->ssl->handshaked) {
        return 1;
    }

#endif

    return c->read->handler == ngx_stream_session_handler;
}


static void
ngx_stream_citrix_guard_silent_handler(ngx_event_t *rev)
{
    ngx_connection_t               *c;
    ngx_stream_session_t           *s;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    c = rev->data;
    s = c->data;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (c->close) {
        ngx_stream_citrix_guard_end_silent(s, ctx);
        return;
    }

    /*
     * Not to be closed while nginx works on it: the TLS handshake (OCSP) and
     * proxy_pass may need a connection themselves.  After this the session may
     * be over, or waiting again.
     */

    ngx_reusable_connection(c, 0);

    rev->handler = ctx->read;

    ngx_post_event(&ctx->wait, &ngx_posted_events);

    rev->handler(rev);
}


static void
ngx_stream_citrix_guard_end_silent(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx)
{
    ngx_connection_t  *c;

    c = s->connection;

    if (c->error) {

        /* nginx's mark that "worker_shutdown_timeout" is over */

        ngx_log_error(NGX_LOG_INFO, c->log, 0, "shutdown timeout");
        ngx_stream_finalize_session(s, NGX_STREAM_OK);
        return;
    }

    ngx_stream_citrix_guard_front_refuse(s, ctx, NGX_LOG_INFO,
                                         CGUARD_SESSION_SILENT);

#if (NGX_STREAM_SSL)

    if (c->ssl) {

        /* nginx needs the connection now, without waiting for the client */

        c->ssl->no_wait_shutdown = 1;
    }

#endif

    ngx_stream_finalize_session(s, NGX_STREAM_SERVICE_UNAVAILABLE);
}


/* an IPv6 client has all addresses of its first 64 bits */

ngx_int_t
ngx_stream_citrix_guard_source_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    struct sockaddr      *sa;
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    sa = s->connection->sockaddr;

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    switch (sa->sa_family) {

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) sa;

        v->data = sin6->sin6_addr.s6_addr;
        v->len = 8;

        if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
            v->data += 12;
            v->len = 4;
        }

        break;
#endif

    case AF_INET:
        sin = (struct sockaddr_in *) sa;

        v->data = (u_char *) &sin->sin_addr;
        v->len = 4;
        break;

    default:
        v->data = (u_char *) "unix:";
        v->len = 5;
    }

    return NGX_OK;
}
