
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * State that is attached to a pool, and found again by its cleanup handler.
 * Unlike a context of a module it outlives an internal redirect.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#pragma GCC visibility push(hidden)


/*
 * The state of a handler, or NULL if the pool has none.  The cost is a walk
 * along the cleanups of the pool.
 */

void *ngx_http_citrix_guard_pool_get(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler);

/*
 * The same, but a state of "size" zeroed bytes is allocated from the pool if
 * there is none.  Returns NULL without memory for it.
 */

void *ngx_http_citrix_guard_pool_add(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler, size_t size);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_ */
