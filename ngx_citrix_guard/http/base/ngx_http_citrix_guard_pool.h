
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * State attached to a pool, found by its cleanup handler.  Unlike a module's
 * context it survives an internal redirect.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#pragma GCC visibility push(hidden)


/*
 * The state of a handler, or NULL if the pool has none.  Walks the pool's
 * cleanup handlers.
 */

void *ngx_http_citrix_guard_pool_get(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler);

/*
 * The same, but if there is none, allocates "size" zeroed bytes from the pool.
 * Returns NULL if memory runs out.
 */

void *ngx_http_citrix_guard_pool_add(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler, size_t size);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_ */
