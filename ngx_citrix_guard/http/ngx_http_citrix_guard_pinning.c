
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The upstream connections of a client are attached to the client's own
 * connection: they are found there, and end with it.
 *
 * A request takes an idle one or opens a new one, and leaves it there for the
 * client's next request.  Concurrent requests of a client, over HTTP/2, have
 * one connection each.  The connections in the cache of nginx's "keepalive"
 * may serve any client, so none is taken from it, and none is put into it.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_pinning.h"
#include "http/base/ngx_http_citrix_guard_pool.h"


/* of a client's connection: those that wait for its next request */

typedef struct {
    ngx_queue_t                        idle;
} ngx_http_citrix_guard_pins_t;


/*
 * One of them, in its own pool.  It can be used only by the location that
 * opened it, because TLS, its server name and proxy_bind belong to the
 * location.
 */

typedef struct {
    ngx_queue_t                        queue;
    ngx_connection_t                  *connection;
    void                             **loc_conf;
    ngx_http_upstream_srv_conf_t      *uscf;
    struct sockaddr                   *sockaddr;
    socklen_t                          socklen;
    ngx_str_t                          name;
} ngx_http_citrix_guard_pin_t;


/* replaces the balancer's data for one request */

typedef struct {
    ngx_http_request_t                *request;
    ngx_http_upstream_srv_conf_t      *uscf;
    ngx_http_citrix_guard_pins_t      *pins;    /* NULL: nothing is kept */
    ngx_http_citrix_guard_pin_t       *pin;     /* in use, taken from it */

    ngx_event_get_peer_pt              get;
    ngx_event_free_peer_pt             free;
#if (NGX_HTTP_SSL)
    ngx_event_set_peer_session_pt      set_session;
    ngx_event_save_peer_session_pt     save_session;
#endif
    void                              *data;
} ngx_http_citrix_guard_pinned_t;


static ngx_http_citrix_guard_pins_t *ngx_http_citrix_guard_pins(
    ngx_http_request_t *r);
static ngx_connection_t *ngx_http_citrix_guard_client(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_get_pinned(ngx_peer_connection_t *pc,
    void *data);
static ngx_http_citrix_guard_pin_t *ngx_http_citrix_guard_find_pin(
    ngx_http_citrix_guard_pinned_t *pp);
static ngx_int_t ngx_http_citrix_guard_take_pin(ngx_peer_connection_t *pc,
    ngx_http_citrix_guard_pinned_t *pp, ngx_http_citrix_guard_pin_t *pin);
static ngx_int_t ngx_http_citrix_guard_get_new(ngx_peer_connection_t *pc,
    ngx_http_citrix_guard_pinned_t *pp);
static void ngx_http_citrix_guard_free_pinned(ngx_peer_connection_t *pc,
    void *data, ngx_uint_t state);
static ngx_uint_t ngx_http_citrix_guard_is_sound(ngx_peer_connection_t *pc,
    ngx_http_upstream_t *u, ngx_uint_t state);
static ngx_http_citrix_guard_pin_t *ngx_http_citrix_guard_new_pin(
    ngx_peer_connection_t *pc, ngx_http_citrix_guard_pinned_t *pp);
static void ngx_http_citrix_guard_keep_pin(ngx_http_citrix_guard_pins_t *pins,
    ngx_http_citrix_guard_pin_t *pin);
static void ngx_http_citrix_guard_dummy_handler(ngx_event_t *ev);
static void ngx_http_citrix_guard_idle_handler(ngx_event_t *ev);
static void ngx_http_citrix_guard_end_pins(void *data);
static void ngx_http_citrix_guard_close_pinned(ngx_connection_t *c);
#if (NGX_HTTP_SSL)
static ngx_int_t ngx_http_citrix_guard_set_pinned_session(
    ngx_peer_connection_t *pc, void *data);
static void ngx_http_citrix_guard_save_pinned_session(
    ngx_peer_connection_t *pc, void *data);
#endif


ngx_int_t
ngx_http_citrix_guard_pin(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *uscf)
{
    ngx_peer_connection_t           *pc;
    ngx_http_citrix_guard_pinned_t  *pp;

    pp = ngx_pcalloc(r->pool, sizeof(ngx_http_citrix_guard_pinned_t));
    if (pp == NULL) {
        return NGX_ERROR;
    }

    /* a subrequest must not take the connection with the client's login */

    if (r == r->main) {
        pp->pins = ngx_http_citrix_guard_pins(r);

        if (pp->pins == NULL) {
            return NGX_ERROR;
        }
    }

    pp->request = r;
    pp->uscf = uscf;

    pc = &r->upstream->peer;

    pp->data = pc->data;
    pp->get = pc->get;
    pp->free = pc->free;

    pc->data = pp;
    pc->get = ngx_http_citrix_guard_get_pinned;
    pc->free = ngx_http_citrix_guard_free_pinned;

#if (NGX_HTTP_SSL)
    pp->set_session = pc->set_session;
    pp->save_session = pc->save_session;

    pc->set_session = ngx_http_citrix_guard_set_pinned_session;
    pc->save_session = ngx_http_citrix_guard_save_pinned_session;
#endif

    return NGX_OK;
}


static ngx_http_citrix_guard_pins_t *
ngx_http_citrix_guard_pins(ngx_http_request_t *r)
{
    ngx_connection_t              *c;
    ngx_http_citrix_guard_pins_t  *pins;

    c = ngx_http_citrix_guard_client(r);

    pins = ngx_http_citrix_guard_pool_add(c->pool,
                                          ngx_http_citrix_guard_end_pins,
                                          sizeof(ngx_http_citrix_guard_pins_t));

    if (pins && pins->idle.next == NULL) {
        ngx_queue_init(&pins->idle);
    }

    return pins;
}


/* the connection itself; that of the request may be a stream within it */

static ngx_connection_t *
ngx_http_citrix_guard_client(ngx_http_request_t *r)
{
#if (NGX_HTTP_V2)

    if (r->stream) {
        return r->stream->connection->connection;
    }

#endif

#if (NGX_HTTP_V3)

    if (r->connection->quic) {
        return r->connection->quic->parent;
    }

#endif

    return r->connection;
}


static ngx_int_t
ngx_http_citrix_guard_get_pinned(ngx_peer_connection_t *pc, void *data)
{
    ngx_http_citrix_guard_pinned_t *pp = data;

    ngx_http_citrix_guard_pin_t  *pin;

    pin = ngx_http_citrix_guard_find_pin(pp);

    if (pin) {
        return ngx_http_citrix_guard_take_pin(pc, pp, pin);
    }

    return ngx_http_citrix_guard_get_new(pc, pp);
}


/* the last one used: with one request at a time always the same */

static ngx_http_citrix_guard_pin_t *
ngx_http_citrix_guard_find_pin(ngx_http_citrix_guard_pinned_t *pp)
{
    ngx_queue_t                  *q;
    ngx_http_citrix_guard_pin_t  *pin;

    if (pp->pins == NULL) {
        return NULL;
    }

    for (q = ngx_queue_head(&pp->pins->idle);
         q != ngx_queue_sentinel(&pp->pins->idle);
         q = ngx_queue_next(q))
    {
        pin = ngx_queue_data(q, ngx_http_citrix_guard_pin_t, queue);

        if (pin->loc_conf == pp->request->loc_conf
            && pin->uscf == pp->uscf)
        {
            return pin;
        }
    }

    return NULL;
}


/*
 * The balancer is not asked: whatever it would choose, the client is logged in
 * on this connection.  Its name is copied, because it is logged when the
 * connection may be gone.
 */

static ngx_int_t
ngx_http_citrix_guard_take_pin(ngx_peer_connection_t *pc,
    ngx_http_citrix_guard_pinned_t *pp, ngx_http_citrix_guard_pin_t *pin)
{
    ngx_str_t         *name;
    ngx_connection_t  *c;

    name = ngx_palloc(pp->request->pool, sizeof(ngx_str_t) + pin->name.len);
    if (name == NULL) {
        return NGX_ERROR;
    }

    name->len = pin->name.len;
    name->data = (u_char *) (name + 1);
    ngx_memcpy(name->data, pin->name.data, name->len);

    ngx_queue_remove(&pin->queue);
    pp->pin = pin;

    c = pin->connection;

    c->idle = 0;
    c->sent = 0;
    c->data = NULL;
    c->log = pc->log;
    c->read->log = pc->log;
    c->write->log = pc->log;
    c->pool->log = pc->log;

    pc->sockaddr = pin->sockaddr;
    pc->socklen = pin->socklen;
    pc->name = name;
    pc->connection = c;
    pc->cached = 1;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, pc->log, 0,
                   "citrix_guard: pinned connection %p", c);

    return NGX_DONE;
}


/* a connection from the "keepalive" cache was used by others: reject it */

static ngx_int_t
ngx_http_citrix_guard_get_new(ngx_peer_connection_t *pc,
    ngx_http_citrix_guard_pinned_t *pp)
{
    ngx_int_t  rc;

    pc->cached = 0;
    pc->connection = NULL;

    rc = pp->get(pc, pp->data);

    if (rc != NGX_DONE || pc->connection == NULL) {
        return rc;
    }

    ngx_http_citrix_guard_close_pinned(pc->connection);

    pc->cached = 0;
    pc->connection = NULL;

    return NGX_OK;
}


static void
ngx_http_citrix_guard_free_pinned(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t state)
{
    ngx_http_citrix_guard_pinned_t *pp = data;

    ngx_http_upstream_t          *u;
    ngx_http_citrix_guard_pin_t  *pin, *taken;

    u = pp->request->upstream;

    taken = pp->pin;
    pp->pin = NULL;

    pin = NULL;

    if (pp->pins && ngx_http_citrix_guard_is_sound(pc, u, state)) {
        pin = taken ? taken : ngx_http_citrix_guard_new_pin(pc, pp);
    }

    if (pin) {
        pc->connection = NULL;
        ngx_http_citrix_guard_keep_pin(pp->pins, pin);

    } else {

        /* "keepalive" must not store it either */

        u->keepalive = 0;
    }

    if (taken == NULL) {
        pp->free(pc, pp->data, state);

    } else if (pc->tries) {

        /* the balancer does not know this connection */

        pc->tries--;
    }
}


/* are request and response complete, so that the next request may follow? */

static ngx_uint_t
ngx_http_citrix_guard_is_sound(ngx_peer_connection_t *pc,
    ngx_http_upstream_t *u, ngx_uint_t state)
{
    ngx_connection_t  *c;

    c = pc->connection;

    if (state & NGX_PEER_FAILED
        || c == NULL
        || c->read->eof
        || c->read->error
        || c->read->timedout
        || c->write->error
        || c->write->timedout)
    {
        return 0;
    }

    if (!u->keepalive || !u->request_body_sent) {
        return 0;
    }

    /* the client's connection will end, too, after its requests */

    if (ngx_terminate || ngx_exiting) {
        return 0;
    }

    return ngx_handle_read_event(c->read, 0) == NGX_OK;
}


static ngx_http_citrix_guard_pin_t *
ngx_http_citrix_guard_new_pin(ngx_peer_connection_t *pc,
    ngx_http_citrix_guard_pinned_t *pp)
{
    u_char                       *p;
    ngx_http_citrix_guard_pin_t  *pin;

    pin = ngx_palloc(pc->connection->pool, sizeof(ngx_http_citrix_guard_pin_t)
                                           + pc->socklen + pc->name->len);
    if (pin == NULL) {
        return NULL;
    }

    pin->connection = pc->connection;
    pin->loc_conf = pp->request->loc_conf;
    pin->uscf = pp->uscf;

    p = (u_char *) (pin + 1);

    pin->sockaddr = (struct sockaddr *) p;
    pin->socklen = pc->socklen;
    p = ngx_cpymem(p, pc->sockaddr, pc->socklen);

    pin->name.data = p;
    pin->name.len = pc->name->len;
    ngx_memcpy(p, pc->name->data, pc->name->len);

    return pin;
}


/*
 * Without a timer: it ends with the client.  "idle" tells nginx that no
 * request is active for which a TLS session could be saved.
 */

static void
ngx_http_citrix_guard_keep_pin(ngx_http_citrix_guard_pins_t *pins,
    ngx_http_citrix_guard_pin_t *pin)
{
    ngx_connection_t  *c;

    c = pin->connection;

    ngx_queue_insert_head(&pins->idle, &pin->queue);

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    c->read->delayed = 0;
    c->read->handler = ngx_http_citrix_guard_idle_handler;
    c->write->handler = ngx_http_citrix_guard_dummy_handler;

    c->idle = 1;
    c->data = pin;
    c->log = ngx_cycle->log;
    c->read->log = ngx_cycle->log;
    c->write->log = ngx_cycle->log;
    c->pool->log = ngx_cycle->log;

    if (c->read->ready) {
        ngx_http_citrix_guard_idle_handler(c->read);
    }
}


static void
ngx_http_citrix_guard_dummy_handler(ngx_event_t *ev)
{
}


/*
 * The upstream closes the connection, or sends something unasked.  Or the
 * worker shuts down, and nginx asks idle connections to close: this one stays,
 * because the client may be sending its next request.  If it is not, nginx
 * closes the client's connection, and this one ends with it.
 */

static void
ngx_http_citrix_guard_idle_handler(ngx_event_t *ev)
{
    int                           n;
    char                          buf[1];
    ngx_connection_t             *c;
    ngx_http_citrix_guard_pin_t  *pin;

    c = ev->data;
    c->close = 0;

    n = recv(c->fd, buf, 1, MSG_PEEK);

    if (n == -1 && ngx_socket_errno == NGX_EAGAIN) {
        ev->ready = 0;

        if (ngx_handle_read_event(c->read, 0) == NGX_OK) {
            return;
        }
    }

    pin = c->data;

    ngx_queue_remove(&pin->queue);

    ngx_http_citrix_guard_close_pinned(c);
}


/* the client's connection is closed */

static void
ngx_http_citrix_guard_end_pins(void *data)
{
    ngx_http_citrix_guard_pins_t *pins = data;

    ngx_queue_t                  *q;
    ngx_http_citrix_guard_pin_t  *pin;

    if (pins->idle.next == NULL) {
        return;
    }

    while (!ngx_queue_empty(&pins->idle)) {
        q = ngx_queue_head(&pins->idle);
        ngx_queue_remove(q);

        pin = ngx_queue_data(q, ngx_http_citrix_guard_pin_t, queue);

        ngx_http_citrix_guard_close_pinned(pin->connection);
    }
}


static void
ngx_http_citrix_guard_close_pinned(ngx_connection_t *c)
{
#if (NGX_HTTP_SSL)

    if (c->ssl) {
        c->ssl->no_wait_shutdown = 1;
        c->ssl->no_send_shutdown = 1;

        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->ssl->handler = ngx_http_citrix_guard_close_pinned;
            return;
        }
    }

#endif

    ngx_destroy_pool(c->pool);
    ngx_close_connection(c);
}


#if (NGX_HTTP_SSL)

static ngx_int_t
ngx_http_citrix_guard_set_pinned_session(ngx_peer_connection_t *pc,
    void *data)
{
    ngx_http_citrix_guard_pinned_t *pp = data;

    return pp->set_session(pc, pp->data);
}


static void
ngx_http_citrix_guard_save_pinned_session(ngx_peer_connection_t *pc,
    void *data)
{
    ngx_http_citrix_guard_pinned_t *pp = data;

    pp->save_session(pc, pp->data);
}

#endif
