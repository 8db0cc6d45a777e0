
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Passes a session that speaks HTTP to the http server of a name, with the
 * bytes read so far, on the client's own connection.  A proxy would copy each
 * byte once more, and would have to tell the server who the client is.
 *
 * The name is resolved once, when the configuration is read.  A worker that is
 * shutting down has no listening sockets, so it could not find a server by
 * address.
 *
 * nginx 1.25.5 and newer has "pass" for this, but it cannot pass on bytes that
 * were already read, as those inside TLS are.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "ngx_stream_citrix_guard_http.h"
#include "ngx_stream_citrix_guard_names.h"
#include "ngx_stream_citrix_guard_silent.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_module
#pragma weak ngx_stream_core_module
#pragma weak ngx_stream_finalize_session


/*
 * The end of the session that began in stream: the bytes read ahead, how to
 * continue reading, and who logs it if no request comes.
 */

typedef struct {
    ngx_stream_session_t           *session;
    ngx_buf_t                      *buf;
    ngx_recv_pt                     recv;
} ngx_stream_citrix_guard_handed_t;


static void ngx_stream_citrix_guard_http_handler(ngx_stream_session_t *s);
#if (NGX_HTTP_V2 && nginx_version < 1025001)
static ngx_uint_t ngx_stream_citrix_guard_may_be_http2(ngx_connection_t *c);
#endif
static ngx_int_t ngx_stream_citrix_guard_keep(ngx_stream_session_t *s);
static ssize_t ngx_stream_citrix_guard_recv_unread(ngx_connection_t *c,
    u_char *buf, size_t size);
static void ngx_stream_citrix_guard_log_handed(void *data);
static void ngx_stream_citrix_guard_become_http(ngx_connection_t *c,
    ngx_stream_citrix_guard_http_t *http);


char *
ngx_stream_citrix_guard_set_http(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_stream_citrix_guard_srv_conf_t *gscf = conf;

    ngx_str_t                             *value;
    ngx_stream_core_srv_conf_t            *cscf;
    ngx_stream_citrix_guard_handover_t    *handover;
    ngx_stream_citrix_guard_main_conf_t   *gmcf;

    cscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module);

    if (cscf->handler) {
        return "is duplicate, or another directive already handles sessions";
    }

    value = cf->args->elts;

    if (ngx_strchr(value[1].data, ':')) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" in \"%V\" directive is an address: it "
                           "must be the \"citrix_guard_http_name\" of an "
                           "http server, which needs no \"listen\"",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);

    handover = ngx_array_push(&gmcf->http);
    if (handover == NULL) {
        return NGX_CONF_ERROR;
    }

    handover->cscf = cscf;
    handover->gscf = gscf;
    handover->to.name = value[1];
    handover->to.file = cf->conf_file->file.name.data;
    handover->to.line = cf->conf_file->line;

    cscf->handler = ngx_stream_citrix_guard_http_handler;

    return NGX_CONF_OK;
}


/* nginx lets a later "proxy_pass" or "return" of the same server win */

ngx_int_t
ngx_stream_citrix_guard_check_handlers(ngx_conf_t *cf)
{
    ngx_uint_t                            i;
    ngx_stream_citrix_guard_handover_t   *handover;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);

    handover = gmcf->http.elts;

    for (i = 0; i < gmcf->http.nelts; i++) {

        if (handover[i].cscf->handler != ngx_stream_citrix_guard_http_handler) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"citrix_guard_http_pass\" directive in %s:%ui "
                          "has no effect, because another directive behind "
                          "it handles sessions as well",
                          handover[i].to.file, handover[i].to.line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_stream_citrix_guard_resolve_http(ngx_cycle_t *cycle)
{
    ngx_uint_t                            i;
    ngx_stream_citrix_guard_handover_t   *handover;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    if (&ngx_stream_module == NULL
        || cycle->conf_ctx[ngx_http_module.index] == NULL
        || cycle->conf_ctx[ngx_stream_module.index] == NULL)
    {
        return NGX_OK;
    }

    gmcf = ngx_stream_cycle_get_module_main_conf(cycle,
                                               ngx_stream_citrix_guard_module);

    handover = gmcf->http.elts;

    for (i = 0; i < gmcf->http.nelts; i++) {

        handover[i].gscf->http = ngx_stream_citrix_guard_find_http(cycle,
                                                       &handover[i].to.name);

        if (handover[i].gscf->http == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "unknown http server \"%V\" in "
                          "\"citrix_guard_http_pass\" directive in %s:%ui, "
                          "it must be the \"citrix_guard_http_name\" of one",
                          &handover[i].to.name, handover[i].to.file,
                          handover[i].to.line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * nginx treats an error here as its own failure, so there is an error only if
 * nothing was served yet
 */

ngx_int_t
ngx_stream_citrix_guard_check_http(ngx_cycle_t *cycle)
{
    ngx_uint_t                            first;
    ngx_stream_citrix_guard_handover_t   *handover;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_stream_cycle_get_module_main_conf(cycle,
                                               ngx_stream_citrix_guard_module);

    if (gmcf == NULL || gmcf->http.nelts == 0
        || cycle->conf_ctx[ngx_http_module.index])
    {
        return NGX_OK;
    }

    handover = gmcf->http.elts;
    first = ngx_test_config || ngx_is_init_cycle(cycle->old_cycle);

    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                  "unknown http server \"%V\" in \"citrix_guard_http_pass\" "
                  "directive in %s:%ui, there is no \"http\" block",
                  &handover->to.name, handover->to.file, handover->to.line);

    return first ? NGX_ERROR : NGX_OK;
}


static void
ngx_stream_citrix_guard_http_handler(ngx_stream_session_t *s)
{
    ngx_connection_t                    *c;
    ngx_stream_citrix_guard_ctx_t       *ctx;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    c = s->connection;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);
    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);

    if (ctx) {

        /* it may have come here without our preread phase */

        ngx_stream_citrix_guard_take_back(c, ctx);
    }

    if (gscf->http == NULL || c->type != SOCK_STREAM) {
        ngx_log_error(NGX_LOG_ERR, c->log, 0,
                      "citrix_guard: this session has no http server");
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }

#if (NGX_HTTP_V2 && nginx_version < 1025001)

    /* nginx looks at it once, when the connection arrives */

    gscf->http->addr.conf.http2 = gscf->http->http2
                                  && ngx_stream_citrix_guard_may_be_http2(c);
#if (NGX_HAVE_INET6)
    gscf->http->addr6.conf.http2 = gscf->http->addr.conf.http2;
#endif

#endif

    if (ngx_stream_citrix_guard_keep(s) != NGX_OK) {
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c->log, 0,
                   "citrix_guard: to the http server %V",
                   &gscf->http->name);

    ngx_stream_citrix_guard_become_http(c, gscf->http);
}


#if (NGX_HTTP_V2 && nginx_version < 1025001)

/*
 * Before 1.25.1 an address without TLS has either HTTP/1 or HTTP/2, and to
 * nginx this is such an address.  A client of HTTP/2 says so in the TLS
 * handshake; without TLS it begins with the preface.
 */

static ngx_uint_t
ngx_stream_citrix_guard_may_be_http2(ngx_connection_t *c)
{
    ngx_buf_t            *b;
#if (NGX_STREAM_SSL)
    unsigned int          len;
    const unsigned char  *alpn;
#endif

    static const u_char  preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#if (NGX_STREAM_SSL)

    if (c->ssl) {
        SSL_get0_alpn_selected(c->ssl->connection, &alpn, &len);

        return len == 2 && ngx_memcmp(alpn, "h2", 2) == 0;
    }

#endif

    b = c->buffer;

    return b == NULL
           || ngx_memcmp(b->pos, preface,
                         ngx_min((size_t) (b->last - b->pos),
                                 sizeof(preface) - 1))
              == 0;
}

#endif


/* whoever reads next gets the bytes read ahead first */

static ngx_int_t
ngx_stream_citrix_guard_keep(ngx_stream_session_t *s)
{
    ngx_buf_t                         *b;
    ngx_connection_t                  *c;
    ngx_pool_cleanup_t                *cln;
    ngx_stream_citrix_guard_handed_t  *handed;

    c = s->connection;

    cln = ngx_pool_cleanup_add(c->pool,
                               sizeof(ngx_stream_citrix_guard_handed_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_stream_citrix_guard_log_handed;

    b = c->buffer;
    c->buffer = NULL;

    handed = cln->data;
    handed->session = s;
    handed->buf = b;
    handed->recv = c->recv;

    if (b == NULL) {
        return NGX_OK;
    }

    if (b->pos == b->last) {
        ngx_pfree(c->pool, b->start);
        return NGX_OK;
    }

    c->recv = ngx_stream_citrix_guard_recv_unread;
    c->read->ready = 1;

    return NGX_OK;
}


/*
 * Behind the last of these bytes the socket is read as well, as any reader would:
 * otherwise "ready" would say that there is more, and nginx would linger.
 */

static ssize_t
ngx_stream_citrix_guard_recv_unread(ngx_connection_t *c, u_char *buf,
    size_t size)
{
    size_t                             n;
    ssize_t                            more;
    ngx_buf_t                         *b;
    ngx_pool_cleanup_t                *cln;
    ngx_stream_citrix_guard_handed_t  *handed;

    for (cln = c->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_stream_citrix_guard_log_handed) {
            break;
        }
    }

    if (cln == NULL) {
        return NGX_ERROR;
    }

    handed = cln->data;
    b = handed->buf;

    n = ngx_min(size, (size_t) (b->last - b->pos));

    ngx_memcpy(buf, b->pos, n);

    b->pos += n;

    if (b->pos == b->last) {
        c->recv = handed->recv;

        /* nginx's own, of "preread_buffer_size" */

        ngx_pfree(c->pool, b->start);

        more = n < size ? c->recv(c, buf + n, size - n) : NGX_AGAIN;

        if (more > 0) {
            n += more;

        } else if (more != NGX_AGAIN) {

            /* the next call returns the end, or the error, again */

            c->read->ready = 1;
        }
    }

    return n;
}


/*
 * As if it had been accepted in http.  The session is memory of its pool; the
 * addresses are those of the connection.
 */

static void
ngx_stream_citrix_guard_become_http(ngx_connection_t *c,
    ngx_stream_citrix_guard_http_t *http)
{
    ngx_listening_t           *ls;
    ngx_http_core_loc_conf_t  *clcf;

    ls = &http->listening;

#if (NGX_HAVE_INET6)
    if (c->local_sockaddr->sa_family == AF_INET6) {
        ls = &http->listening6;
    }
#endif

    clcf = http->addr.conf.default_server->ctx
               ->loc_conf[ngx_http_core_module.ctx_index];

    *c->log = *clcf->error_log;
    c->log->handler = NULL;
    c->log->data = NULL;

#if (NGX_STREAM_SSL)

    if (c->ssl) {

        /* what http does after the handshake */

        c->ssl->buffer = 1;
        c->ssl->no_wait_shutdown = 1;
    }

#endif

    c->data = NULL;
    c->listening = ls;

    ls->handler(c);
}


/*
 * A client that leaves without a request has no line in the log of http, so it
 * gets one in the log of stream, as all sessions do that end there.
 */

static void
ngx_stream_citrix_guard_log_handed(void *data)
{
    ngx_stream_citrix_guard_handed_t *handed = data;

    ngx_uint_t                    i;
    ngx_connection_t             *c;
    ngx_stream_session_t         *s;
    ngx_stream_handler_pt        *log;
    ngx_stream_core_main_conf_t  *cmcf;

    s = handed->session;
    c = s->connection;

    if (c->listening->handler != ngx_http_init_connection || c->requests) {
        return;
    }

    s->status = NGX_STREAM_OK;

    cmcf = ngx_stream_get_module_main_conf(s, ngx_stream_core_module);

    log = cmcf->phases[NGX_STREAM_LOG_PHASE].handlers.elts;

    for (i = 0; i < cmcf->phases[NGX_STREAM_LOG_PHASE].handlers.nelts; i++) {
        log[i](s);
    }
}
