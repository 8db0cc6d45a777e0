
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The egress check relies on the order of nginx's own calls, so it is tested
 * at each start: two requests of the guard's own go through nginx's upstream
 * code, one through each of the two places where the check is called, and at
 * each of them there has to be a head, which is judged.  All modules with an
 * upstream (proxy, fastcgi, uwsgi, scgi, grpc, memcached) use the same code.
 *
 * The requests belong to no client and have no connection: they end at the
 * last of the two places.  If this nginx continues all the same, it finds an
 * upstream without servers, and an answer that was sent before.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_self_test.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/judge/ngx_http_citrix_guard_head.h"


#define NGX_HTTP_CITRIX_GUARD_BOUND   1
#define NGX_HTTP_CITRIX_GUARD_INIT    2
#define NGX_HTTP_CITRIX_GUARD_BLIND   4     /* there was nothing to judge */
#define NGX_HTTP_CITRIX_GUARD_NO_MEM  8


typedef struct {
    ngx_http_request_t              request;
    ngx_connection_t                connection;
    ngx_event_t                     read;
    ngx_event_t                     write;
    ngx_http_upstream_conf_t        conf;
    ngx_http_upstream_local_t       local;
    ngx_http_upstream_resolved_t    resolved;
    ngx_http_upstream_srv_conf_t    uscf;
    ngx_http_upstream_rr_peers_t    peers;
    ngx_uint_t                      seen;
} ngx_http_citrix_guard_self_test_t;


static ngx_http_citrix_guard_self_test_t *ngx_http_citrix_guard_self_request(
    ngx_cycle_t *cycle, ngx_pool_t *pool);
static ngx_uint_t ngx_http_citrix_guard_self_send(ngx_cycle_t *cycle,
    ngx_log_t *log, ngx_uint_t bound);
static ngx_int_t ngx_http_citrix_guard_self_create(ngx_http_request_t *r);
static void ngx_http_citrix_guard_self_finalize(ngx_http_request_t *r,
    ngx_int_t rc);
static ngx_int_t ngx_http_citrix_guard_self_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_self_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static void ngx_http_citrix_guard_self_see(ngx_http_request_t *r,
    ngx_uint_t place);


/* the value of "proxy_bind" of such a request, by which it is recognised */

static ngx_http_complex_value_t            ngx_http_citrix_guard_self_value;
static ngx_http_citrix_guard_self_test_t  *ngx_http_citrix_guard_self;


ngx_int_t
ngx_http_citrix_guard_self_test_init(ngx_conf_t *cf)
{
    ngx_str_t                         name;
    ngx_http_variable_t              *var;
    ngx_http_compile_complex_value_t  ccv;

    static ngx_str_t  value = ngx_string("$citrix_guard_self_test");

    name.data = value.data + 1;
    name.len = value.len - 1;

    var = ngx_http_add_variable(cf, &name,
                                NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_NOHASH);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_http_citrix_guard_self_variable;

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value;
    ccv.complex_value = &ngx_http_citrix_guard_self_value;

    return ngx_http_compile_complex_value(&ccv);
}


ngx_int_t
ngx_http_citrix_guard_self_test(ngx_cycle_t *cycle)
{
    ngx_log_t   log;
    ngx_uint_t  known, named;

    /* nginx's messages about such a request do not matter */

    log = *cycle->log;
    log.log_level = NGX_LOG_EMERG;
    log.handler = NULL;

    known = ngx_http_citrix_guard_self_send(cycle, &log, 0);
    named = ngx_http_citrix_guard_self_send(cycle, &log, 1);

    if ((known | named) & NGX_HTTP_CITRIX_GUARD_NO_MEM) {
        return NGX_ERROR;
    }

    if (known == NGX_HTTP_CITRIX_GUARD_INIT
        && named == (NGX_HTTP_CITRIX_GUARD_BOUND|NGX_HTTP_CITRIX_GUARD_INIT))
    {
        return NGX_OK;
    }

    return NGX_DECLINED;
}


/* with proxy_bind, as if proxy_pass had variables; or with peer.init alone */

static ngx_uint_t
ngx_http_citrix_guard_self_send(ngx_cycle_t *cycle, ngx_log_t *log,
    ngx_uint_t bound)
{
    ngx_uint_t                          seen;
    ngx_pool_t                         *pool;
    ngx_http_request_t                 *r;
    ngx_http_upstream_t                *u;
    ngx_http_citrix_guard_self_test_t  *self;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (pool == NULL) {
        return NGX_HTTP_CITRIX_GUARD_NO_MEM;
    }

    seen = NGX_HTTP_CITRIX_GUARD_NO_MEM;

    self = ngx_http_citrix_guard_self_request(cycle, pool);

    if (self && ngx_http_upstream_create(&self->request) == NGX_OK) {

        r = &self->request;
        u = r->upstream;

        u->conf = &self->conf;
        u->create_request = ngx_http_citrix_guard_self_create;
        u->finalize_request = ngx_http_citrix_guard_self_finalize;

        if (bound) {
            self->conf.local = &self->local;
            u->resolved = &self->resolved;

        } else {
            self->conf.upstream = &self->uscf;
        }

        ngx_http_citrix_guard_self = self;

        ngx_http_upstream_init(r);

        ngx_http_citrix_guard_self = NULL;

        seen = self->seen;
    }

    ngx_destroy_pool(pool);

    return seen;
}


static ngx_http_citrix_guard_self_test_t *
ngx_http_citrix_guard_self_request(ngx_cycle_t *cycle, ngx_pool_t *pool)
{
    ngx_connection_t                   *c;
    ngx_http_request_t                 *r;
    ngx_http_core_main_conf_t          *cmcf;
    ngx_http_citrix_guard_location_t   *location;
    ngx_http_citrix_guard_main_conf_t  *gmcf;
    ngx_http_citrix_guard_self_test_t  *self;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_citrix_guard_module);

    self = ngx_pcalloc(pool, sizeof(ngx_http_citrix_guard_self_test_t));
    if (self == NULL) {
        return NULL;
    }

    location = gmcf->locations.elts;

    c = &self->connection;
    r = &self->request;

    self->write.active = 1;
    self->write.data = c;
    self->write.log = pool->log;
    self->read.data = c;
    self->read.log = pool->log;

    c->fd = (ngx_socket_t) -1;
    c->read = &self->read;
    c->write = &self->write;
    c->log = pool->log;
    c->pool = pool;
    c->data = r;

    r->signature = NGX_HTTP_MODULE;
    r->main = r;
    r->pool = pool;
    r->connection = c;
    r->main_conf = ((ngx_http_conf_ctx_t *)
                    cycle->conf_ctx[ngx_http_module.index])->main_conf;
    r->srv_conf = location[0].srv_conf;
    r->loc_conf = location[0].loc_conf;
    r->ctx = ngx_pcalloc(pool, sizeof(void *) * ngx_http_max_module);
    r->variables = ngx_pcalloc(pool, (cmcf->variables.nelts + 1)
                                     * sizeof(ngx_http_variable_value_t));

    /* it never ends by itself, and has nothing to send */

    r->count = 16;
    r->blocked = 1;
    r->header_sent = 1;
    r->header_only = 1;
    r->post_action = 1;

    self->conf.ignore_client_abort = 1;
    self->conf.next_upstream = NGX_HTTP_UPSTREAM_FT_OFF;
    self->local.value = &ngx_http_citrix_guard_self_value;

    ngx_str_set(&self->resolved.host, "citrix_guard_self_test");
    self->uscf.host = self->resolved.host;
    self->uscf.peer.init = ngx_http_citrix_guard_self_peer;
    self->uscf.peer.data = &self->peers;
    self->peers.name = &self->uscf.host;

    return r->ctx && r->variables ? self : NULL;
}


static ngx_int_t
ngx_http_citrix_guard_self_create(ngx_http_request_t *r)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    static u_char  head[] = "GET /vpn/../vpns/ HTTP/1.0" CRLF CRLF;

    cl = ngx_alloc_chain_link(r->pool);
    b = ngx_calloc_buf(r->pool);

    if (cl == NULL || b == NULL) {
        ngx_http_citrix_guard_self->seen |= NGX_HTTP_CITRIX_GUARD_NO_MEM;
        return NGX_ERROR;
    }

    b->pos = head;
    b->last = head + sizeof(head) - 1;
    b->start = b->pos;
    b->end = b->last;
    b->memory = 1;

    cl->buf = b;
    cl->next = NULL;

    r->upstream->request_bufs = cl;

    return NGX_OK;
}


static void
ngx_http_citrix_guard_self_finalize(ngx_http_request_t *r, ngx_int_t rc)
{
    /* there is nothing to free */
}


/* the place of the egress check if proxy_pass has variables */

static ngx_int_t
ngx_http_citrix_guard_self_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    v->len = 0;
    v->data = NULL;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    if (ngx_http_citrix_guard_self == NULL
        || r != &ngx_http_citrix_guard_self->request)
    {
        return NGX_OK;
    }

    ngx_http_citrix_guard_self_see(r, NGX_HTTP_CITRIX_GUARD_BOUND);

    ngx_http_citrix_guard_self->conf.upstream
                                          = &ngx_http_citrix_guard_self->uscf;
    r->upstream->resolved = NULL;

    return NGX_OK;
}


/* the place for all other requests, and the end of this one */

static ngx_int_t
ngx_http_citrix_guard_self_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_http_upstream_t  *u;

    ngx_http_citrix_guard_self_see(r, NGX_HTTP_CITRIX_GUARD_INIT);

    u = r->upstream;

    if (u->cleanup) {
        *u->cleanup = NULL;
        u->cleanup = NULL;
    }

    return NGX_ERROR;
}


static void
ngx_http_citrix_guard_self_see(ngx_http_request_t *r, ngx_uint_t place)
{
    ngx_http_citrix_guard_finding_t   f;
    ngx_http_citrix_guard_loc_conf_t  glcf;

    ngx_memzero(&glcf, sizeof(ngx_http_citrix_guard_loc_conf_t));

    if (r->upstream->request_bufs == NULL
        || !ngx_http_citrix_guard_judge_head(r, &glcf, &f)
        || ngx_strcmp(f.reason, "traversal") != 0)
    {
        place |= NGX_HTTP_CITRIX_GUARD_BLIND;
    }

    ngx_http_citrix_guard_self->seen |= place;
}
