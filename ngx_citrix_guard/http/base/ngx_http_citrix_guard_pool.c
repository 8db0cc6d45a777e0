
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * State attached to a pool, found by its cleanup handler.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_pool.h"


void *
ngx_http_citrix_guard_pool_get(ngx_pool_t *pool, ngx_pool_cleanup_pt handler)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == handler) {
            return cln->data;
        }
    }

    return NULL;
}


void *
ngx_http_citrix_guard_pool_add(ngx_pool_t *pool, ngx_pool_cleanup_pt handler,
    size_t size)
{
    void                *data;
    ngx_pool_cleanup_t  *cln;

    data = ngx_http_citrix_guard_pool_get(pool, handler);
    if (data) {
        return data;
    }

    cln = ngx_pool_cleanup_add(pool, size);
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, size);

    cln->handler = handler;

    return cln->data;
}
