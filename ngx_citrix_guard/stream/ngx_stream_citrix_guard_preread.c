
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Distinguishes ICA, CGP and SOCKS5 from HTTP by the first bytes of a stream,
 * or by those inside TLS with "listen ... ssl".  The default is to deny:
 * anything without an exact signature is "http", and so passes the guard.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session.h"
#include "cguard/session/cguard_session_types.h"
#include "ngx_stream_citrix_guard_event.h"
#include "ngx_stream_citrix_guard_front.h"
#include "ngx_stream_citrix_guard_preread.h"
#include "ngx_stream_citrix_guard_pass.h"
#include "ngx_stream_citrix_guard_rdp.h"
#include "ngx_stream_citrix_guard_silent.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_core_module
#pragma weak ngx_stream_core_run_phases
#pragma weak ngx_stream_finalize_session
#pragma weak ngx_stream_add_variable
#pragma weak ngx_stream_variable_null_value


#if (NGX_STREAM_SSL)
static ngx_int_t ngx_stream_citrix_guard_ssl_handler(ngx_stream_session_t *s);
#endif
static ngx_int_t ngx_stream_citrix_guard_preread_handler(
    ngx_stream_session_t *s);
static ngx_stream_citrix_guard_ctx_t *ngx_stream_citrix_guard_find_ctx(
    ngx_stream_session_t *s);
static ngx_int_t ngx_stream_citrix_guard_set_protocol(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, cguard_protocol_e protocol);
static ngx_int_t ngx_stream_citrix_guard_refuse_clear(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx);
static void ngx_stream_citrix_guard_timeout_handler(ngx_event_t *ev);
static void ngx_stream_citrix_guard_ctx_cleanup(void *data);
#if (nginx_version >= 1025005)
static ngx_int_t ngx_stream_citrix_guard_drain_handler(
    ngx_stream_session_t *s);
#endif
static ngx_int_t ngx_stream_citrix_guard_protocol_variable(
    ngx_stream_session_t *s, ngx_stream_variable_value_t *v, uintptr_t data);


static ngx_stream_variable_t  ngx_stream_citrix_guard_variables[] = {

    { ngx_string("citrix_guard_protocol"), NULL,
      ngx_stream_citrix_guard_protocol_variable, 0,
      NGX_STREAM_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_event"), NULL,
      ngx_stream_citrix_guard_event_variable, 0,
      NGX_STREAM_VAR_NOCACHEABLE, 0 },

    { ngx_string("citrix_guard_source"), NULL,
      ngx_stream_citrix_guard_source_variable, 0, 0, 0 },

    { ngx_string("citrix_guard_why"), NULL,
      ngx_stream_citrix_guard_why_variable, 0,
      NGX_STREAM_VAR_NOCACHEABLE, 0 },

      ngx_stream_null_variable
};


ngx_int_t
ngx_stream_citrix_guard_preread_init(ngx_conf_t *cf)
{
    ngx_stream_handler_pt        *h;
    ngx_stream_core_main_conf_t  *cmcf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_STREAM_PREREAD_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_stream_citrix_guard_preread_handler;

#if (NGX_STREAM_SSL)

    h = ngx_array_push(&cmcf->phases[NGX_STREAM_SSL_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_stream_citrix_guard_ssl_handler;

#endif

#if (nginx_version >= 1025005)

    h = ngx_array_push(&cmcf->phases[NGX_STREAM_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_stream_citrix_guard_drain_handler;

#endif

    return NGX_OK;
}


ngx_int_t
ngx_stream_citrix_guard_add_variables(ngx_conf_t *cf)
{
    ngx_stream_variable_t  *var, *v;

    for (v = ngx_stream_citrix_guard_variables; v->name.len; v++) {
        var = ngx_stream_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
    }

    return NGX_OK;
}


#if (NGX_STREAM_SSL)

/* before TLS, because the client may be silent there already */

static ngx_int_t
ngx_stream_citrix_guard_ssl_handler(ngx_stream_session_t *s)
{
    ngx_connection_t                    *c;
    ngx_stream_citrix_guard_ctx_t       *ctx;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    c = s->connection;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);

    if (!gscf->preread || c->type != SOCK_STREAM) {
        return NGX_DECLINED;
    }

    ctx = ngx_stream_citrix_guard_find_ctx(s);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ngx_stream_citrix_guard_lend(s, ctx);

    if (!gscf->rdp || !s->ssl) {
        return NGX_DECLINED;
    }

    return ngx_stream_citrix_guard_before_tls(s, ctx, gscf->timeout);
}

#endif


static ngx_int_t
ngx_stream_citrix_guard_preread_handler(ngx_stream_session_t *s)
{
    ngx_connection_t                    *c;
    cguard_protocol_e                    protocol;
    ngx_stream_citrix_guard_ctx_t       *ctx;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    c = s->connection;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);

    if (!gscf->preread || c->type != SOCK_STREAM) {
        return NGX_DECLINED;
    }

    ctx = ngx_stream_citrix_guard_find_ctx(s);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    if (ctx->timer.handler == NULL) {
        ctx->timer.handler = ngx_stream_citrix_guard_timeout_handler;
        ctx->timer.data = s;
        ctx->timer.log = c->log;

        ngx_add_timer(&ctx->timer, gscf->timeout);
    }

    if (ctx->protocol != CGUARD_SESSION_MORE) {
        return NGX_OK;
    }

    protocol = CGUARD_SESSION_MORE;

    if (c->buffer) {
        protocol = cguard_session_protocol(c->buffer->pos,
                                           c->buffer->last - c->buffer->pos,
                                           gscf->rdp);
    }

    if (protocol == CGUARD_SESSION_MORE) {
        ngx_stream_citrix_guard_lend(s, ctx);
        return NGX_AGAIN;
    }

    return ngx_stream_citrix_guard_set_protocol(s, ctx, protocol);
}


/* the session's, or a new one; NULL if there is no memory for it */

static ngx_stream_citrix_guard_ctx_t *
ngx_stream_citrix_guard_find_ctx(ngx_stream_session_t *s)
{
    ngx_connection_t               *c;
    ngx_pool_cleanup_t             *cln;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ctx) {
        return ctx;
    }

    c = s->connection;

    cln = ngx_pool_cleanup_add(c->pool, sizeof(ngx_stream_citrix_guard_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_stream_citrix_guard_ctx_t));

    cln->handler = ngx_stream_citrix_guard_ctx_cleanup;

    ctx->connection = c;

    ngx_stream_set_ctx(s, ctx, ngx_stream_citrix_guard_module);

    return ctx;
}


static ngx_int_t
ngx_stream_citrix_guard_set_protocol(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, cguard_protocol_e protocol)
{
    u_char                              *p;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);

    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, s->connection->log, 0,
                   "citrix_guard protocol: %s", cguard_session_name(protocol));

    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }

    ngx_stream_citrix_guard_take_back(s->connection, ctx);

    if (ctx->clear && protocol != CGUARD_SESSION_RDP) {
        return ngx_stream_citrix_guard_refuse_clear(s, ctx);
    }

    ctx->protocol = protocol;

    if (protocol != CGUARD_SESSION_HTTP) {
        p = s->connection->buffer->pos;
        ctx->first = *p;
        ctx->signature = cguard_session_signature(protocol, p);
    }

    ctx->answer_timeout = gscf->answer_timeout;

    cguard_session_init(&ctx->session, protocol, gscf->socks5);

    return ngx_stream_citrix_guard_switch_server(s);
}


/* what nginx would read as HTTP without TLS */

static ngx_int_t
ngx_stream_citrix_guard_refuse_clear(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx)
{
    ctx->protocol = CGUARD_SESSION_RDP;

    ngx_stream_citrix_guard_front_refuse(s, ctx, NGX_LOG_WARN,
                                         CGUARD_SESSION_FORM);

    return NGX_STREAM_BAD_REQUEST;
}


/* a client that sends nothing, or part of a signature, is "http" as well */

static void
ngx_stream_citrix_guard_timeout_handler(ngx_event_t *ev)
{
    ngx_int_t                       rc;
    ngx_connection_t               *c;
    ngx_stream_session_t           *s;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    s = ev->data;
    c = s->connection;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    rc = ngx_stream_citrix_guard_set_protocol(s, ctx, CGUARD_SESSION_HTTP);

    if (rc != NGX_OK) {
        ngx_stream_finalize_session(s, rc == NGX_ERROR
                                       ? NGX_STREAM_INTERNAL_SERVER_ERROR
                                       : rc);
        return;
    }

    /* in this phase, the timer of "preread_timeout" means "no new bytes" */

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    ngx_stream_core_run_phases(s);
}


static void
ngx_stream_citrix_guard_ctx_cleanup(void *data)
{
    ngx_stream_citrix_guard_ctx_t *ctx = data;

    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }

    ngx_stream_citrix_guard_take_back(ctx->connection, ctx);
}


#if (nginx_version >= 1025005)

/*
 * Since then, nginx without TLS only peeks at bytes that it reads ahead.  If
 * "return" ends the session, they are read here: closing a socket with unread
 * bytes sends a reset.
 */

static ngx_int_t
ngx_stream_citrix_guard_drain_handler(ngx_stream_session_t *s)
{
    ngx_buf_t         *b;
    ngx_connection_t  *c;

    c = s->connection;

    if (ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module) == NULL
        || c->buffer == NULL)
    {
        return NGX_OK;
    }

#if (NGX_STREAM_SSL)
    if (c->ssl) {
        return NGX_OK;
    }
#endif

    b = c->buffer;

    (void) recv(c->fd, b->start, b->end - b->start, 0);

    return NGX_OK;
}

#endif


static ngx_int_t
ngx_stream_citrix_guard_protocol_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    const char                          *name;
    cguard_protocol_e                    protocol;
    ngx_stream_citrix_guard_ctx_t       *ctx;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);
    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    protocol = ctx ? ctx->protocol : CGUARD_SESSION_MORE;

    if (protocol == CGUARD_SESSION_MORE && !gscf->preread) {
        *v = ngx_stream_variable_null_value;
        return NGX_OK;
    }

    name = cguard_session_name(protocol);

    v->data = (u_char *) name;
    v->len = ngx_strlen(name);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
