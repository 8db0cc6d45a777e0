
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Tells ICA, CGP and SOCKS5 from HTTP by the first bytes of a stream, those
 * inside TLS where "listen ... ssl" ends it.  Deny by default: whatever has
 * no exact signature is "http", so that it meets the guard.
 *
 * nginx's stream part may be a dynamic module of its own.  Its symbols are
 * weak here, so that this module says what is missing, where the dynamic
 * linker would keep nginx from starting.
 */


#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_module
#pragma weak ngx_stream_core_module
#pragma weak ngx_stream_core_run_phases
#pragma weak ngx_stream_finalize_session
#pragma weak ngx_stream_add_variable
#pragma weak ngx_stream_variable_null_value


static ngx_int_t ngx_stream_citrix_guard_handler(ngx_stream_session_t *s);
static ngx_stream_citrix_guard_ctx_t *ngx_stream_citrix_guard_create_ctx(
    ngx_stream_session_t *s, ngx_stream_citrix_guard_srv_conf_t *gscf);
static ngx_int_t ngx_stream_citrix_guard_decided(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, cguard_protocol_e protocol);
static void ngx_stream_citrix_guard_silent(ngx_event_t *ev);
static void ngx_stream_citrix_guard_cleanup(void *data);
#if (nginx_version >= 1025005)
static ngx_int_t ngx_stream_citrix_guard_drain(ngx_stream_session_t *s);
#endif
static ngx_int_t ngx_stream_citrix_guard_protocol_variable(
    ngx_stream_session_t *s, ngx_stream_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_stream_citrix_guard_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_stream_citrix_guard_init(ngx_conf_t *cf);
static ngx_int_t ngx_stream_citrix_guard_init_module(ngx_cycle_t *cycle);
static void *ngx_stream_citrix_guard_create_main_conf(ngx_conf_t *cf);
static void *ngx_stream_citrix_guard_create_srv_conf(ngx_conf_t *cf);
static char *ngx_stream_citrix_guard_merge_srv_conf(ngx_conf_t *cf,
    void *parent, void *child);


static ngx_conf_enum_t  ngx_stream_citrix_guard_socks5[] = {
    { ngx_string("ticket"), CGUARD_SOCKS5_TICKET },
    { ngx_string("connect"), CGUARD_SOCKS5_CONNECT },
    { ngx_string("any"), CGUARD_SOCKS5_ANY },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_stream_citrix_guard_commands[] = {

    { ngx_string("citrix_guard_preread"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, preread),
      NULL },

    { ngx_string("citrix_guard_preread_socks5"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, socks5),
      &ngx_stream_citrix_guard_socks5 },

    { ngx_string("citrix_guard_preread_timeout"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, timeout),
      NULL },

    { ngx_string("citrix_guard_preread_pass"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_stream_citrix_guard_set_pass,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_citrix_guard_srv_conf_t, pass),
      NULL },

    { ngx_string("citrix_guard_http_pass"),
      NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_stream_citrix_guard_set_http,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("citrix_guard_preread_name"),
      NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_stream_citrix_guard_set_name,
      NGX_STREAM_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_stream_module_t  ngx_stream_citrix_guard_module_ctx = {
    ngx_stream_citrix_guard_preconfiguration, /* preconfiguration */
    ngx_stream_citrix_guard_init,          /* postconfiguration */

    ngx_stream_citrix_guard_create_main_conf, /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_stream_citrix_guard_create_srv_conf, /* create server configuration */
    ngx_stream_citrix_guard_merge_srv_conf /* merge server configuration */
};


ngx_module_t  ngx_stream_citrix_guard_module = {
    NGX_MODULE_V1,
    &ngx_stream_citrix_guard_module_ctx,   /* module context */
    ngx_stream_citrix_guard_commands,      /* module directives */
    NGX_STREAM_MODULE,                     /* module type */
    NULL,                                  /* init master */
    ngx_stream_citrix_guard_init_module,   /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_str_t  ngx_stream_citrix_guard_variable =
    ngx_string("citrix_guard_protocol");


static ngx_int_t
ngx_stream_citrix_guard_handler(ngx_stream_session_t *s)
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

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ctx == NULL) {
        ctx = ngx_stream_citrix_guard_create_ctx(s, gscf);
        if (ctx == NULL) {
            return NGX_ERROR;
        }
    }

    if (ctx->protocol != CGUARD_SESSION_MORE) {
        return NGX_OK;
    }

    if (c->buffer == NULL) {
        return NGX_AGAIN;
    }

    protocol = cguard_session_protocol(c->buffer->pos,
                                      c->buffer->last - c->buffer->pos);

    if (protocol == CGUARD_SESSION_MORE) {
        return NGX_AGAIN;
    }

    return ngx_stream_citrix_guard_decided(s, ctx, protocol);
}


static ngx_stream_citrix_guard_ctx_t *
ngx_stream_citrix_guard_create_ctx(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_srv_conf_t *gscf)
{
    ngx_connection_t               *c;
    ngx_pool_cleanup_t             *cln;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    c = s->connection;

    cln = ngx_pool_cleanup_add(c->pool, sizeof(ngx_stream_citrix_guard_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_stream_citrix_guard_ctx_t));

    cln->handler = ngx_stream_citrix_guard_cleanup;

    ctx->timer.handler = ngx_stream_citrix_guard_silent;
    ctx->timer.data = s;
    ctx->timer.log = c->log;

    ngx_add_timer(&ctx->timer, gscf->timeout);

    ngx_stream_set_ctx(s, ctx, ngx_stream_citrix_guard_module);

    return ctx;
}


static ngx_int_t
ngx_stream_citrix_guard_decided(ngx_stream_session_t *s,
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

    ctx->protocol = protocol;

    if (protocol != CGUARD_SESSION_HTTP) {
        p = s->connection->buffer->pos;
        ctx->first = *p;
        ctx->signature = cguard_session_signature(protocol, p);
    }

    cguard_session_init(&ctx->stream, protocol, gscf->socks5);

    return ngx_stream_citrix_guard_pass(s);
}


/* who says nothing, or no more than half a signature, is "http" as well */

static void
ngx_stream_citrix_guard_silent(ngx_event_t *ev)
{
    ngx_connection_t               *c;
    ngx_stream_session_t           *s;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    s = ev->data;
    c = s->connection;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ngx_stream_citrix_guard_decided(s, ctx, CGUARD_SESSION_HTTP)
        != NGX_OK)
    {
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }

    /* the timer of "preread_timeout" stands for "no news" in this phase */

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    ngx_stream_core_run_phases(s);
}


static void
ngx_stream_citrix_guard_cleanup(void *data)
{
    ngx_stream_citrix_guard_ctx_t *ctx = data;

    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }
}


#if (nginx_version >= 1025005)

/*
 * Without TLS nginx only peeks at what is read ahead since then.  Where
 * "return" ends the session, it is read here: a socket that is closed with
 * bytes in it ends in a reset.
 */

static ngx_int_t
ngx_stream_citrix_guard_drain(ngx_stream_session_t *s)
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
    ngx_stream_citrix_guard_ctx_t       *ctx;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);
    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ctx == NULL && !gscf->preread) {
        *v = ngx_stream_variable_null_value;
        return NGX_OK;
    }

    name = cguard_session_name(ctx ? ctx->protocol : CGUARD_SESSION_MORE);

    v->data = (u_char *) name;
    v->len = ngx_strlen(name);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_stream_citrix_guard_preconfiguration(ngx_conf_t *cf)
{
    ngx_stream_variable_t  *var;

    if (&ngx_stream_core_module == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "citrix_guard: ngx_stream_citrix_guard_module.so has to "
                      "be loaded behind ngx_stream_module.so: put its "
                      "\"load_module\" last");
        return NGX_ERROR;
    }

    var = ngx_stream_add_variable(cf, &ngx_stream_citrix_guard_variable,
                                  NGX_STREAM_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_stream_citrix_guard_protocol_variable;

    return NGX_OK;
}


static ngx_int_t
ngx_stream_citrix_guard_init(ngx_conf_t *cf)
{
    ngx_stream_handler_pt        *h;
    ngx_stream_core_main_conf_t  *cmcf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_STREAM_PREREAD_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_stream_citrix_guard_handler;

#if (nginx_version >= 1025005)

    h = ngx_array_push(&cmcf->phases[NGX_STREAM_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_stream_citrix_guard_drain;

#endif

    ngx_stream_citrix_guard_filter_init();

    return ngx_stream_citrix_guard_check_pass(cf);
}


static ngx_int_t
ngx_stream_citrix_guard_init_module(ngx_cycle_t *cycle)
{
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    if (&ngx_stream_module == NULL) {
        return NGX_OK;
    }

    gmcf = ngx_stream_cycle_get_module_main_conf(cycle,
                                               ngx_stream_citrix_guard_module);
    if (gmcf) {
        ngx_stream_citrix_guard_check_http(cycle, &gmcf->http);
    }

    return NGX_OK;
}


static void *
ngx_stream_citrix_guard_create_main_conf(ngx_conf_t *cf)
{
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_pcalloc(cf->pool, sizeof(ngx_stream_citrix_guard_main_conf_t));
    if (gmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&gmcf->servers, cf->pool, 2,
                       sizeof(ngx_stream_citrix_guard_server_t))
        != NGX_OK
        || ngx_array_init(&gmcf->wanted, cf->pool, 2,
                          sizeof(ngx_stream_citrix_guard_wanted_t))
           != NGX_OK
        || ngx_array_init(&gmcf->http, cf->pool, 2, sizeof(ngx_addr_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return gmcf;
}


static void *
ngx_stream_citrix_guard_create_srv_conf(ngx_conf_t *cf)
{
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    gscf = ngx_pcalloc(cf->pool, sizeof(ngx_stream_citrix_guard_srv_conf_t));
    if (gscf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     gscf->http = NULL;
     */

    gscf->preread = NGX_CONF_UNSET;
    gscf->timeout = NGX_CONF_UNSET_MSEC;
    gscf->socks5 = NGX_CONF_UNSET_UINT;
    gscf->pass = NGX_CONF_UNSET_PTR;

    return gscf;
}


static char *
ngx_stream_citrix_guard_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_stream_citrix_guard_srv_conf_t  *prev = parent;
    ngx_stream_citrix_guard_srv_conf_t  *gscf = child;

    ngx_conf_merge_value(gscf->preread, prev->preread, 0);
    ngx_conf_merge_msec_value(gscf->timeout, prev->timeout, 10000);
    ngx_conf_merge_uint_value(gscf->socks5, prev->socks5,
                              CGUARD_SOCKS5_TICKET);
    ngx_conf_merge_ptr_value(gscf->pass, prev->pass, NULL);

    return NGX_CONF_OK;
}
