
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Where nothing can be refused, nothing has to wait: the beginning of a body
 * is copied as it passes, whoever reads it.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_filter.h"
#include "ngx_http_citrix_guard_body.h"
#include "http/base/ngx_http_citrix_guard_pool.h"


typedef struct {
    size_t                          wanted;     /* 0: already judged */
    ngx_http_citrix_guard_body_t    body;
    ngx_http_citrix_guard_body_handler_pt  handler;
} ngx_http_citrix_guard_observation_t;


static void ngx_http_citrix_guard_observe_cleanup(void *data);
static ngx_int_t ngx_http_citrix_guard_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_request_body_filter_pt  ngx_http_next_request_body_filter;


ngx_int_t
ngx_http_citrix_guard_body_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_request_body_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = ngx_http_citrix_guard_body_filter;

    return NGX_OK;
}


ngx_int_t
ngx_http_citrix_guard_observe_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_handler_pt handler)
{
    ngx_http_citrix_guard_observation_t  *o;

    o = ngx_http_citrix_guard_pool_add(r->pool,
                                ngx_http_citrix_guard_observe_cleanup,
                                sizeof(ngx_http_citrix_guard_observation_t));
    if (o == NULL) {
        return NGX_ERROR;
    }

    if (o->wanted >= n) {
        return NGX_OK;
    }

    o->wanted = 0;
    o->body.len = 0;

    o->body.data = ngx_pnalloc(r->pool, n);
    if (o->body.data == NULL) {
        return NGX_ERROR;
    }

    o->wanted = n;
    o->handler = handler;

    return NGX_OK;
}


static void
ngx_http_citrix_guard_observe_cleanup(void *data)
{
    /* it is found by this address */
}


static ngx_int_t
ngx_http_citrix_guard_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    size_t                                size;
    ngx_int_t                             rc;
    ngx_uint_t                            last;
    ngx_chain_t                          *cl;
    ngx_http_citrix_guard_observation_t  *o;

    o = ngx_http_citrix_guard_pool_get(r->pool,
                                       ngx_http_citrix_guard_observe_cleanup);

    if (o == NULL || o->wanted == 0) {
        return ngx_http_next_request_body_filter(r, in);
    }

    last = 0;

    for (cl = in; cl; cl = cl->next) {

        size = ngx_min((size_t) (cl->buf->last - cl->buf->pos),
                       o->wanted - o->body.len);

        /* the last buffer may be empty and without an address */

        if (size) {
            ngx_memcpy(o->body.data + o->body.len, cl->buf->pos, size);
            o->body.len += size;
        }

        last |= cl->buf->last_buf;
    }

    if (last || o->body.len == o->wanted) {

        o->wanted = 0;
        o->body.whole = last;

        rc = o->handler(r, &o->body);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return ngx_http_next_request_body_filter(r, in);
}
