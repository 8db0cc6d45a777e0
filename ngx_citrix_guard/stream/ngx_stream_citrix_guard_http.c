
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A session that speaks HTTP is handed to the http server that listens at an
 * address, with what has been read of it: the connection is the client's own
 * from end to end.  A proxy would copy each byte once more, and would have to
 * tell who the client is.
 *
 * nginx has "pass" for that from 1.25.5 on, which cannot hand over bytes that
 * were read already, as those behind TLS are.
 */


#include "ngx_stream_citrix_guard_http.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_core_module
#pragma weak ngx_stream_finalize_session
#pragma weak ngx_stream_init_connection


/* what was read ahead, and how to read on */

typedef struct {
    ngx_buf_t                      *buf;
    ngx_recv_pt                     recv;
} ngx_stream_citrix_guard_unread_t;


static void ngx_stream_citrix_guard_http_handler(ngx_stream_session_t *s);
static ngx_int_t ngx_stream_citrix_guard_unread(ngx_connection_t *c);
static ssize_t ngx_stream_citrix_guard_recv_unread(ngx_connection_t *c,
    u_char *buf, size_t size);
static void ngx_stream_citrix_guard_unread_cleanup(void *data);
static ngx_listening_t *ngx_stream_citrix_guard_find_listening(
    ngx_cycle_t *cycle, ngx_addr_t *addr);


char *
ngx_stream_citrix_guard_set_http(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_stream_citrix_guard_srv_conf_t *gscf = conf;

    ngx_url_t                             u;
    ngx_str_t                            *value;
    ngx_addr_t                          **addr;
    ngx_stream_core_srv_conf_t           *cscf;
    ngx_stream_citrix_guard_main_conf_t  *gmcf;

    cscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module);

    if (gscf->http || cscf->handler) {
        return "is duplicate, or there is another way to pass sessions on";
    }

    value = cf->args->elts;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = value[1];
    u.no_resolve = 1;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK || u.naddrs != 1
        || (u.family != AF_UNIX && u.no_port))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid address \"%V\" in \"%V\" directive, it "
                           "must be the one of a \"listen\" in http: "
                           "unix:PATH, or ADDRESS:PORT", &value[1],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    gmcf = ngx_stream_conf_get_module_main_conf(cf,
                                               ngx_stream_citrix_guard_module);

    addr = ngx_array_push(&gmcf->http);
    if (addr == NULL) {
        return NGX_CONF_ERROR;
    }

    *addr = u.addrs;

    gscf->http = u.addrs;
    cscf->handler = ngx_stream_citrix_guard_http_handler;

    return NGX_CONF_OK;
}


static void
ngx_stream_citrix_guard_http_handler(ngx_stream_session_t *s)
{
    ngx_listening_t                     *ls;
    ngx_connection_t                    *c;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;

    c = s->connection;

    gscf = ngx_stream_get_module_srv_conf(s, ngx_stream_citrix_guard_module);

    ls = ngx_stream_citrix_guard_find_listening((ngx_cycle_t *) ngx_cycle,
                                                gscf->http);

    if (ls == NULL || c->type != SOCK_STREAM) {
        ngx_log_error(NGX_LOG_ERR, c->log, 0,
                      "citrix_guard: no http server listens at %V",
                      &gscf->http->name);
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }

    if (ngx_stream_citrix_guard_unread(c) != NGX_OK) {
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c->log, 0,
                   "citrix_guard: to the http server at %V",
                   &gscf->http->name);

    /* as if it had been accepted there; the session is memory of its pool */

    *c->log = ls->log;
    c->log->handler = NULL;
    c->log->data = NULL;

    c->data = NULL;
    c->listening = ls;
    c->local_sockaddr = ls->sockaddr;
    c->local_socklen = ls->socklen;

    ls->handler(c);
}


/* who reads next reads these bytes first */

static ngx_int_t
ngx_stream_citrix_guard_unread(ngx_connection_t *c)
{
    ngx_pool_cleanup_t                *cln;
    ngx_stream_citrix_guard_unread_t  *ahead;

    if (c->buffer == NULL || c->buffer->pos == c->buffer->last) {
        c->buffer = NULL;
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(c->pool,
                               sizeof(ngx_stream_citrix_guard_unread_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_stream_citrix_guard_unread_cleanup;

    ahead = cln->data;
    ahead->buf = c->buffer;
    ahead->recv = c->recv;

    c->buffer = NULL;
    c->recv = ngx_stream_citrix_guard_recv_unread;
    c->read->ready = 1;

    return NGX_OK;
}


static ssize_t
ngx_stream_citrix_guard_recv_unread(ngx_connection_t *c, u_char *buf,
    size_t size)
{
    size_t                             n;
    ngx_pool_cleanup_t                *cln;
    ngx_stream_citrix_guard_unread_t  *ahead;

    for (cln = c->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_stream_citrix_guard_unread_cleanup) {
            break;
        }
    }

    if (cln == NULL) {
        return NGX_ERROR;
    }

    ahead = cln->data;

    n = ngx_min(size, (size_t) (ahead->buf->last - ahead->buf->pos));

    ngx_memcpy(buf, ahead->buf->pos, n);

    ahead->buf->pos += n;

    if (ahead->buf->pos == ahead->buf->last) {
        c->recv = ahead->recv;
    }

    return n;
}


static void
ngx_stream_citrix_guard_unread_cleanup(void *data)
{
    /* the address is what it is found by */
}


static ngx_listening_t *
ngx_stream_citrix_guard_find_listening(ngx_cycle_t *cycle, ngx_addr_t *addr)
{
    ngx_uint_t        i;
    ngx_listening_t  *ls;

    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts; i++) {
        if (ls[i].type == SOCK_STREAM
            && ls[i].handler != ngx_stream_init_connection
            && ngx_cmp_sockaddr(ls[i].sockaddr, ls[i].socklen, addr->sockaddr,
                                addr->socklen, 1)
               == NGX_OK)
        {
            return &ls[i];
        }
    }

    return NULL;
}


/*
 * http may stand behind stream, so this is known at the end only, when nginx
 * takes an error for its own end.
 */

void
ngx_stream_citrix_guard_check_http(ngx_cycle_t *cycle, ngx_array_t *addrs)
{
    ngx_uint_t    i;
    ngx_addr_t  **addr;

    addr = addrs->elts;

    for (i = 0; i < addrs->nelts; i++) {
        if (ngx_stream_citrix_guard_find_listening(cycle, addr[i]) == NULL) {
            ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                          "citrix_guard: no http server listens at \"%V\", "
                          "which \"citrix_guard_http_pass\" names: give one "
                          "this \"listen\"", &addr[i]->name);
        }
    }
}
