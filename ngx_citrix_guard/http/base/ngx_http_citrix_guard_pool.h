
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * State that is attached to a pool, and found by a handler's address.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * The data that "handler" stands for in this pool, NULL if there is none.
 * Reads the pool's list of cleanups: a few entries.
 */

void *ngx_http_citrix_guard_pool_state_find(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler);

/*
 * The same; if there is none, "size" zeroed bytes from the pool, which stay
 * with it.  NULL only without memory.
 */

void *ngx_http_citrix_guard_pool_state(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler, size_t size);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_POOL_H_INCLUDED_ */
